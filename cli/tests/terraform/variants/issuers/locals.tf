# Tokens of several issuers: two of the callers' own, and Cognito beside them.

locals {
  api_name = "issuers"

  lambda_functions = {
    orders = {
      name              = "orders"
      description       = "Orders"
      artifact          = "orders.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    add_order = {
      method                 = "POST"
      path                   = "/orders"
      function               = "orders"
      authorization_type     = "JWT"
      authorizer             = "partners"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["write"]
    }
    get_orders = {
      method                 = "GET"
      path                   = "/orders"
      function               = "orders"
      authorization_type     = "JWT"
      authorizer             = "partners"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["read"]
    }
    get_report = {
      method                 = "GET"
      path                   = "/report"
      function               = "orders"
      authorization_type     = "JWT"
      authorizer             = "staff"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
    get_stock = {
      method                 = "GET"
      path                   = "/stock"
      function               = "orders"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["stock/read"]
    }
  }

  authorizers = {
    cognito = {
      kind = "cognito"
    }
    partners = {
      kind             = "jwt"
      identity_sources = ["$request.header.Authorization"]
    }
    staff = {
      kind             = "jwt"
      identity_sources = ["$request.querystring.token"]
    }
  }

  resource_servers = {
    stock = ["read"]
  }

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
