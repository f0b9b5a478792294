# One open route: nothing of Cognito may be made.

locals {
  api_name = "status"

  lambda_functions = {
    get_status = {
      name         = "get-status"
      description  = "Says that it is there"
      artifact     = "get-status.zip"
      architecture = "arm64"
      memory_size  = 128
      timeout      = 3
    }
  }

  lambda_routes = {
    get_status = {
      method             = "GET"
      path               = "/status"
      function           = "get_status"
      authorization_type = "NONE"
      authorizer         = null
      scopes             = []
    }
  }

  authorizers = {}

  resource_servers = {}
}
