# Every kind of event source, beside a route that sends to the queue that one of them reads.

locals {
  api_name = "shop"

  lambda_functions = {
    for key, environment_names in {
      create_order = []
      on_change    = []
      on_order     = ["LEVEL"]
      on_payment   = []
      on_upload    = []
      on_visit     = []
      open_shop    = []
      } : key => {
      name              = replace(key, "_", "-")
      description       = key
      artifact          = "consumer.zip"
      architecture      = "arm64"
      memory_size       = 128
      timeout           = key == "on_order" ? 60 : 10
      environment_names = environment_names
    }
  }

  lambda_grants = {
    create_order = {
      resources  = ["orders"]
      statements = [{ resource = "orders", actions = ["sqs:SendMessage"], on = [""] }]
      keys       = [{ resource = "orders", actions = ["kms:Decrypt", "kms:GenerateDataKey"], service = "sqs" }]
    }
    on_change = {
      resources  = ["items_table"]
      statements = [{ resource = "items_table", actions = ["dynamodb:GetItem"], on = [""] }]
      keys       = [{ resource = "items_table", actions = ["kms:Decrypt"], service = "dynamodb" }]
    }
  }

  lambda_resources = {
    items_table = { variable = "ITEMS_TABLE", value = "name" }
    orders      = { variable = "ORDERS", value = "url" }
  }

  lambda_routes = {
    create_order = {
      method                 = "POST"
      path                   = "/orders"
      function               = "create_order"
      authorization_type     = "NONE"
      authorizer             = null
      throttling_rate_limit  = null
      throttling_burst_limit = null
      scopes                 = []
    }
  }

  authorizers = {}

  resource_servers = {}

  lambda_schedules = {
    open_shop = {
      expression             = "cron(0 8 ? * MON-FRI *)"
      timezone               = "Europe/Berlin"
      flexible_window        = 15
      enabled                = true
      maximum_retry_attempts = 2
      maximum_event_age      = 21600
    }
  }

  lambda_queues = {
    on_order = {
      queue               = "orders"
      fifo                = false
      batch_size          = 20
      batching_window     = 5
      maximum_concurrency = 10
      max_receive_count   = 5
      filters             = ["{\"body\":{\"kind\":[\"order\"]}}", "{\"body\":{\"kind\":[\"return\"]}}"]
    }
    on_payment = {
      queue               = "card_payments"
      fifo                = true
      batch_size          = 10
      batching_window     = 0
      maximum_concurrency = null
      max_receive_count   = 3
      filters             = []
    }
  }

  lambda_event_rules = {
    on_upload = {
      bus                    = null
      event_pattern          = "{\"detail-type\":[\"Object Created\"],\"source\":[\"aws.s3\"]}"
      maximum_retry_attempts = 0
      maximum_event_age      = 60
    }
    on_visit = {
      bus                    = "shop_bus"
      event_pattern          = "{\"source\":[\"shop\"]}"
      maximum_retry_attempts = 2
      maximum_event_age      = 21600
    }
  }

  lambda_streams = {
    on_change = {
      table                          = "items_table"
      starting_position              = "TRIM_HORIZON"
      batch_size                     = 100
      batching_window                = 0
      parallelization_factor         = 2
      maximum_retry_attempts         = 3
      maximum_record_age             = null
      bisect_batch_on_function_error = true
      filters                        = ["{\"eventName\":[\"INSERT\"]}"]
    }
  }
}
