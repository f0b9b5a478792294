# A function that may run longer than API Gateway waits.

locals {
  api_name = "report"

  lambda_functions = {
    get_report = {
      name              = "get-report"
      description       = "Takes too long"
      artifact          = "get-report.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 31
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    get_report = {
      method                 = "GET"
      path                   = "/report"
      function               = "get_report"
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
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
