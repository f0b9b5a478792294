# One open route, which needs two environment variables and has a throttle: nothing of Cognito may be made.

locals {
  api_name = "status"

  lambda_functions = {
    get_status = {
      name              = "get-status"
      description       = "Says that it is there"
      artifact          = "get-status.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 3
      environment_names = ["REGION_NAME", "TABLE"]
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    get_status = {
      method                 = "GET"
      path                   = "/status"
      function               = "get_status"
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = 50
      throttling_burst_limit = 20
      scopes                 = []
    }
  }

  authorizers = {}

  resource_servers = {}

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
