locals {
  api_name = "items"

  lambda_functions = {
    create_item = {
      name              = "create-item"
      description       = "Creates a new item"
      artifact          = "create-item.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
    get_items = {
      name              = "get-items"
      description       = "Retrieves items"
      artifact          = "get-items.zip"
      architecture      = "x86_64"
      memory_size       = 256
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    create_item = {
      method                 = "POST"
      path                   = "/items/create"
      function               = "create_item"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["items/write"]
    }
    get_items = {
      method                 = "GET"
      path                   = "/items"
      function               = "get_items"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["items/read"]
    }
  }

  authorizers = {
    cognito = { kind = "cognito" }
  }

  resource_servers = {
    items = ["read", "write"]
  }

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
