# Behind Cognito without a scope: client_credentials would have nothing to ask for.

locals {
  api_name = "profile"

  lambda_functions = {
    get_profile = {
      name              = "get-profile"
      description       = "The caller's own profile"
      artifact          = "get-profile.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    get_profile = {
      method                 = "GET"
      path                   = "/profile"
      function               = "get_profile"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
  }

  authorizers = {
    cognito = { kind = "cognito" }
  }

  resource_servers = {}

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
