locals {
  api_name = "pets"

  lambda_functions = {
    api_key = {
      name              = "api-key"
      description       = "Knows callers by their key"
      artifact          = "api-key.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 5
      environment_names = ["KEYS"]
    }
    health = {
      name              = "health"
      description       = ""
      artifact          = "health.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
    pets = {
      name              = "pets"
      description       = "GET /pets, POST /pets, DELETE /pets/{id}"
      artifact          = "pets.zip"
      architecture      = "x86_64"
      memory_size       = 256
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  # Three routes of one function, each with another authorizer, and an open one of its own function.
  lambda_routes = {
    create_pet = {
      method                 = "POST"
      path                   = "/pets"
      function               = "pets"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["pets/write"]
    }
    delete_pet = {
      method                 = "DELETE"
      path                   = "/pets/{id}"
      function               = "pets"
      authorization_type     = "JWT"
      authorizer             = "partners"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["delete"]
    }
    health = {
      method                 = "GET"
      path                   = "/health"
      function               = "health"
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
    list_pets = {
      method                 = "GET"
      path                   = "/pets"
      function               = "pets"
      authorization_type     = "CUSTOM"
      authorizer             = "api_key"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
  }

  authorizers = {
    api_key = {
      kind             = "lambda"
      function         = "api_key"
      identity_sources = ["$request.header.x-api-key", "$context.routeKey"]
      ttl              = 300
    }
    cognito = {
      kind = "cognito"
    }
    partners = {
      kind             = "jwt"
      identity_sources = ["$request.header.Authorization"]
    }
  }

  resource_servers = {
    pets = ["write"]
  }

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
