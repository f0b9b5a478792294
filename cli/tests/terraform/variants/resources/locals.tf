# A group, an authorizer and a function that does nothing with resources, as what is emitted for their grants.

locals {
  api_name = "resources"

  lambda_functions = {
    api_key = {
      name              = "api-key"
      description       = "api_key"
      artifact          = "api-key.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 5
      environment_names = []
    }
    get_health = {
      name              = "get-health"
      description       = "get_health"
      artifact          = "get-health.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 10
      environment_names = []
    }
    orders = {
      name              = "orders"
      description       = "orders"
      artifact          = "orders.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = 10
      environment_names = ["LEVEL"]
    }
  }

  lambda_grants = {
    api_key = {
      resources  = ["keys_table"]
      statements = [{ resource = "keys_table", actions = ["dynamodb:GetItem"], on = [""] }]
      keys       = [{ resource = "keys_table", actions = ["kms:Decrypt"], service = "dynamodb" }]
    }
    orders = {
      resources = ["news_topic", "orders_queue", "orders_table"]
      statements = [
        { resource = "*", actions = ["dynamodb:ListTables"], on = ["*"] },
        { resource = "news_topic", actions = ["sns:Publish"], on = [""] },
        { resource = "orders_queue", actions = ["sqs:SendMessage"], on = [""] },
        { resource = "orders_table", actions = ["dynamodb:PutItem", "dynamodb:Query"], on = [""] },
        { resource = "orders_table", actions = ["dynamodb:Query"], on = ["/index/*"] },
      ]
      keys = [
        { resource = "news_topic", actions = ["kms:Decrypt", "kms:GenerateDataKey"], service = "sns" },
        { resource = "orders_queue", actions = ["kms:Decrypt", "kms:GenerateDataKey"], service = "sqs" },
        { resource = "orders_table", actions = ["kms:Decrypt", "kms:GenerateDataKey"], service = "dynamodb" },
      ]
    }
  }

  lambda_resources = {
    keys_table   = { variable = "KEYS_TABLE", value = "name" }
    news_topic   = { variable = "NEWS_TOPIC", value = "arn" }
    orders_queue = { variable = "ORDERS_QUEUE", value = "url" }
    orders_table = { variable = "ORDERS_TABLE", value = "name" }
  }

  lambda_routes = {
    for name, route in {
      get_health   = { method = "GET", path = "/health", function = "get_health", auth = null }
      get_orders   = { method = "GET", path = "/orders", function = "orders", auth = "api_key" }
      create_order = { method = "POST", path = "/orders", function = "orders", auth = "api_key" }
      } : name => {
      method                 = route.method
      path                   = route.path
      function               = route.function
      authorization_type     = route.auth == null ? "NONE" : "CUSTOM"
      authorizer             = route.auth
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
  }

  authorizers = {
    api_key = {
      kind             = "lambda"
      function         = "api_key"
      identity_sources = ["$request.header.x-api-key"]
      ttl              = 0
    }
  }

  resource_servers = {}

  lambda_schedules   = {}
  lambda_queues      = {}
  lambda_event_rules = {}
  lambda_streams     = {}
}
