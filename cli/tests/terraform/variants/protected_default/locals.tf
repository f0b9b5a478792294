# A route that catches everything, with authorization.

locals {
  api_name = "protected-default"

  lambda_functions = {
    fallback = {
      name              = "fallback"
      description       = "Answers what nothing else does"
      artifact          = "fallback.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
  }

  lambda_grants = {}

  lambda_resources = {}

  lambda_routes = {
    fallback = {
      method                 = "ANY"
      path                   = "$default"
      function               = "fallback"
      authorization_type     = "AWS_IAM"
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
