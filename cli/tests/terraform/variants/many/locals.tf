# Thirty routes, every third of them open.

locals {
  api_name = "many"

  lambda_functions = {
    for i in range(30) : "route_${i}" => {
      name              = "route-${i}"
      description       = "Route ${i}"
      artifact          = "route.zip"
      architecture      = "x86_64"
      memory_size       = 128 + i
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    for key, function in local.lambda_functions : key => {
      method                 = "GET"
      path                   = "/${function.name}/{id}"
      function               = key
      authorization_type     = function.memory_size % 3 == 0 ? "NONE" : "JWT"
      authorizer             = function.memory_size % 3 == 0 ? null : "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = function.memory_size % 3 == 0 ? [] : ["many/${function.name}"]
    }
  }

  authorizers = {
    cognito = { kind = "cognito" }
  }

  resource_servers = {
    many = flatten([for route in local.lambda_routes : [for scope in route.scopes : trimprefix(scope, "many/")]])
  }

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
