# The route keys that are not one method and a path, and three routes that share a function.

locals {
  api_name = "catch-all"

  lambda_functions = {
    fallback = {
      name              = "fallback"
      description       = "Answers what nothing else does"
      artifact          = "fallback.zip"
      architecture      = "x86_64"
      memory_size       = 128
      timeout           = 30
      environment_names = []
    }
    files = {
      name              = "files"
      description       = "Files by path"
      artifact          = "files.zip"
      architecture      = "x86_64"
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
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
    files = {
      method                 = "ANY"
      path                   = "/files/{path+}"
      function               = "files"
      authorization_type     = "JWT"
      authorizer             = "cognito"
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = ["https://files.example.com/use"]
    }
    list_files = {
      method                 = "GET"
      path                   = "/files"
      function               = "files"
      authorization_type     = "AWS_IAM"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
    preflights = {
      method                 = "OPTIONS"
      path                   = "/files/{any+}"
      function               = "files"
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
  }

  authorizers = {
    cognito = { kind = "cognito" }
  }

  resource_servers = {
    "https://files.example.com" = ["use"]
  }

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
