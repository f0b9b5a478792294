# What calls functions beside requests: what is made for each kind, what it may do, and what is said where something is missing.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
  environment   = { LEVEL = "debug" }

  resources = {
    items_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items", stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000" }
    shop_bus    = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop", name = "shop" }
  }
}

run "queues" {
  assert {
    condition     = { for name, queue in aws_sqs_queue.this : name => [queue.name, queue.visibility_timeout_seconds, queue.fifo_queue] } == { orders = ["shop-orders", 365, false], card_payments = ["shop-card-payments.fifo", 60, true] }
    error_message = "A queue is not called after the API, or hides messages for less than six times the timeout and the window."
  }

  assert {
    condition     = { for name, queue in aws_sqs_queue.dead_letters : name => queue.name } == { orders = "shop-orders-dead-letters", card_payments = "shop-card-payments-dead-letters.fifo" }
    error_message = "A queue has no dead-letter queue of its kind."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this["card_payments"].redrive_policy).maxReceiveCount == 3 && jsondecode(aws_sqs_queue.dead_letters["orders"].redrive_allow_policy) == { redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:eu-central-1:123456789012:shop-orders"] }
    error_message = "Messages are not moved as the code says, or a dead-letter queue is that of another queue too."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead_letters), values(aws_sqs_queue.failures)) : queue.sqs_managed_sse_enabled && jsondecode(queue.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } }])
    error_message = "A queue is not encrypted, or takes requests without TLS."
  }

  assert {
    condition = { for key, mapping in aws_lambda_event_source_mapping.queue : key => [mapping.batch_size, coalesce(mapping.maximum_batching_window_in_seconds, -1), join(",", mapping.function_response_types), join(",", [for scaling in mapping.scaling_config : scaling.maximum_concurrency]), length(mapping.filter_criteria)] } == {
      on_order   = [20, 5, "ReportBatchItemFailures", "10", 1]
      on_payment = [10, -1, "ReportBatchItemFailures", "", 0]
    }
    error_message = "A mapping is not what the code says, or does not read which messages have failed."
  }

  assert {
    condition     = toset([for filter in one(aws_lambda_event_source_mapping.queue["on_order"].filter_criteria).filter : filter.pattern]) == toset(["{\"body\":{\"kind\":[\"order\"]}}", "{\"body\":{\"kind\":[\"return\"]}}"])
    error_message = "The filters are not those of the code."
  }

  assert {
    condition     = aws_lambda_function.this["create_order"].environment[0].variables["ORDERS"] == aws_sqs_queue.this["orders"].url && [for statement in jsondecode(aws_iam_role_policy.function["create_order"].policy).Statement : statement.Resource if !can(statement.Sid)] == [["arn:aws:sqs:eu-central-1:123456789012:shop-orders"]]
    error_message = "Who sends to a queue of the module's does not learn where it is, or may not."
  }
}

run "rights" {
  assert {
    condition = { for key, policy in aws_iam_role_policy.function : key => [for statement in jsondecode(policy.policy).Statement : [statement.Action, statement.Resource] if !can(statement.Sid)] } == {
      create_order = [[["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-orders"]]]
      on_change = [
        [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/items"]],
        [["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000"]],
        [["dynamodb:ListStreams"], ["*"]],
        [["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-on-change-failures"]],
      ]
      on_order   = [[["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-orders"]]]
      on_payment = [[["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-card-payments.fifo"]]]
      on_upload  = [[["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-on-upload-failures"]]]
      on_visit   = [[["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-on-visit-failures"]]]
      open_shop  = [[["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:123456789012:shop-open-shop-failures"]]]
    }
    error_message = "A role may do less than its event source asks for, or more."
  }

  assert {
    condition     = keys(output.grant_documents) == ["create_order", "on_change", "on_order", "on_payment", "on_upload", "on_visit", "open_shop"]
    error_message = "What an event source makes necessary is not given out for roles that exist."
  }

  assert {
    condition     = jsondecode(aws_iam_role.scheduler["this"].assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012", "aws:SourceArn" = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/mocked" } }
    error_message = "The role of the schedules is for schedules of others too."
  }

  assert {
    condition     = aws_iam_role.scheduler["this"].name == "shop-event_scheduler" && [for statement in jsondecode(aws_iam_role_policy.scheduler["this"].policy).Statement : [statement.Action, length(statement.Resource)]] == [[["lambda:InvokeFunction"], 1], [["sqs:SendMessage"], 1]]
    error_message = "The schedules may do more than call their functions and keep what fails."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.event_rule : permission.principal == "events.amazonaws.com" && permission.source_arn == "arn:aws:events:eu-central-1:123456789012:rule/mocked"])
    error_message = "Rules of others may call a function."
  }

  assert {
    condition     = { for key, queue in aws_sqs_queue.failures : key => [for statement in jsondecode(queue.policy).Statement : statement.Principal] } == { on_change = ["*"], on_upload = ["*", { Service = "events.amazonaws.com" }], on_visit = ["*", { Service = "events.amazonaws.com" }], open_shop = ["*"] }
    error_message = "Somebody other than a rule may send to a queue of failures, or a rule may not."
  }
}

run "schedules_rules_and_streams" {
  assert {
    condition     = aws_scheduler_schedule_group.this["this"].name == "shop" && aws_scheduler_schedule.this["open_shop"].name == "open-shop" && aws_scheduler_schedule.this["open_shop"].schedule_expression == "cron(0 8 ? * MON-FRI *)" && aws_scheduler_schedule.this["open_shop"].schedule_expression_timezone == "Europe/Berlin" && aws_scheduler_schedule.this["open_shop"].state == "ENABLED"
    error_message = "The schedule is not that of the code."
  }

  assert {
    condition     = aws_scheduler_schedule.this["open_shop"].flexible_time_window[0].mode == "FLEXIBLE" && aws_scheduler_schedule.this["open_shop"].flexible_time_window[0].maximum_window_in_minutes == 15
    error_message = "The window of the schedule is not that of the code."
  }

  assert {
    condition     = aws_scheduler_schedule.this["open_shop"].target[0].input == "{\"attemptNumber\":\"<aws.scheduler.attempt-number>\",\"executionId\":\"<aws.scheduler.execution-id>\",\"scheduleArn\":\"<aws.scheduler.schedule-arn>\",\"scheduledTime\":\"<aws.scheduler.scheduled-time>\"}"
    error_message = "The scheduler would not put anything in the place of its words."
  }

  assert {
    condition     = { for key, config in aws_lambda_function_event_invoke_config.this : key => [config.maximum_retry_attempts, config.maximum_event_age_in_seconds] } == { on_upload = [0, 60], on_visit = [2, 21600], open_shop = [2, 21600] }
    error_message = "Lambda calls a function again in another way than the code says."
  }

  assert {
    condition     = { for key, rule in aws_cloudwatch_event_rule.this : key => [rule.name, rule.event_bus_name] } == { on_upload = ["shop-on-upload", "default"], on_visit = ["shop-on-visit", "shop"] } && jsondecode(aws_cloudwatch_event_rule.this["on_visit"].event_pattern) == { source = ["shop"] }
    error_message = "A rule is on another bus, or matches other events, than the code says."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : length(target.dead_letter_config) == 1 && target.retry_policy[0].maximum_retry_attempts == 185])
    error_message = "An event that cannot be delivered is lost."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.stream["on_change"].starting_position == "TRIM_HORIZON" && aws_lambda_event_source_mapping.stream["on_change"].maximum_retry_attempts == 3 && aws_lambda_event_source_mapping.stream["on_change"].maximum_record_age_in_seconds == -1 && aws_lambda_event_source_mapping.stream["on_change"].parallelization_factor == 2 && aws_lambda_event_source_mapping.stream["on_change"].bisect_batch_on_function_error && aws_lambda_event_source_mapping.stream["on_change"].function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "The stream is read in another way than the code says."
  }
}

# The alias is what is called, and what is allowed to be.
run "an_alias" {
  variables {
    alias = "live"
  }

  assert {
    condition     = alltrue([for mapping in aws_lambda_event_source_mapping.queue : mapping.function_name == aws_lambda_alias.this["on_order"].arn]) && aws_cloudwatch_event_target.this["on_visit"].arn == aws_lambda_alias.this["on_visit"].arn && aws_scheduler_schedule.this["open_shop"].target[0].arn == aws_lambda_alias.this["open_shop"].arn
    error_message = "An event source calls the function and not its alias."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.event_rule : permission.qualifier == "live"]) && alltrue([for config in aws_lambda_function_event_invoke_config.this : config.qualifier == "live"])
    error_message = "The permission or the retries are the function's and not the alias's."
  }
}

run "what_exists" {
  variables {
    resources = {
      items_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/t", stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000" }
      orders        = { arn = "arn:aws:sqs:eu-central-1:123456789012:incoming", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/incoming", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/q" }
      card_payments = { arn = "arn:aws:sqs:eu-central-1:123456789012:payments.fifo" }
      shop_bus      = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop", name = "shop" }
    }
    dead_letter_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:all-failures", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/f" }
    scheduler_role    = { arn = "arn:aws:iam::123456789012:role/scheduler" }
    functions = {
      on_payment = { event_source_enabled = false }
      open_shop  = { event_source_enabled = false }
    }
  }

  assert {
    condition     = length(aws_sqs_queue.this) + length(aws_sqs_queue.dead_letters) + length(aws_sqs_queue.failures) + length(aws_iam_role.scheduler) == 0 && output.queues == {} && output.failure_queues == {}
    error_message = "What exists is made again."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.queue["on_order"].event_source_arn == "arn:aws:sqs:eu-central-1:123456789012:incoming" && aws_lambda_function.this["create_order"].environment[0].variables["ORDERS"] == "https://sqs.eu-central-1.amazonaws.com/123456789012/incoming"
    error_message = "The queue of the caller is not the one that is read, or not the one that is sent to."
  }

  assert {
    condition = { for key, policy in aws_iam_role_policy.function : key => [for statement in jsondecode(policy.policy).Statement : [statement.Action, statement.Resource, statement.Condition.StringEquals["kms:ViaService"]] if can(statement.Condition.StringEquals)] } == {
      create_order = [[["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-central-1:123456789012:key/q"], "sqs.eu-central-1.amazonaws.com"]]
      on_change = [
        [["kms:Decrypt"], ["arn:aws:kms:eu-central-1:123456789012:key/t"], "dynamodb.eu-central-1.amazonaws.com"],
        [["kms:Decrypt"], ["arn:aws:kms:eu-central-1:123456789012:key/t"], "dynamodb.eu-central-1.amazonaws.com"],
        [["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-central-1:123456789012:key/f"], "sqs.eu-central-1.amazonaws.com"],
      ]
      on_order   = [[["kms:Decrypt"], ["arn:aws:kms:eu-central-1:123456789012:key/q"], "sqs.eu-central-1.amazonaws.com"]]
      on_payment = []
      on_upload  = [[["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-central-1:123456789012:key/f"], "sqs.eu-central-1.amazonaws.com"]]
      on_visit   = [[["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-central-1:123456789012:key/f"], "sqs.eu-central-1.amazonaws.com"]]
      open_shop  = [[["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-central-1:123456789012:key/f"], "sqs.eu-central-1.amazonaws.com"]]
    }
    error_message = "A key of the caller's is not used, or not through the service that has the resource."
  }

  assert {
    condition     = aws_scheduler_schedule.this["open_shop"].target[0].role_arn == "arn:aws:iam::123456789012:role/scheduler" && aws_scheduler_schedule.this["open_shop"].target[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-central-1:123456789012:all-failures" && aws_scheduler_schedule.this["open_shop"].state == "DISABLED"
    error_message = "The role, the queue or the state that the caller gives is not the schedule's."
  }

  assert {
    condition     = !aws_lambda_event_source_mapping.queue["on_payment"].enabled && aws_lambda_event_source_mapping.queue["on_order"].enabled
    error_message = "A mapping that the caller switches off is on, or another is off."
  }
}

run "a_role_that_exists" {
  variables {
    functions = { on_order = { create_role = false, role_arn = "arn:aws:iam::123456789012:role/own" } }
  }

  assert {
    condition     = !contains(keys(aws_iam_role_policy.function), "on_order") && [for statement in jsondecode(output.grant_documents.on_order).Statement : statement.Resource] == [["arn:aws:sqs:eu-central-1:123456789012:shop-orders"]]
    error_message = "The document of a role that is not the module's does not let Lambda receive."
  }
}

run "a_table_is_missing" {
  command = plan

  variables {
    resources = { shop_bus = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop", name = "shop" } }
  }

  expect_failures = [aws_lambda_function.this["on_change"]]
}

run "a_table_without_a_stream" {
  command = plan

  variables {
    resources = {
      items_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items" }
      shop_bus    = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop", name = "shop" }
    }
  }

  expect_failures = [aws_lambda_function.this["on_change"]]
}

run "a_bus_without_a_name" {
  command = plan

  variables {
    resources = {
      items_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items", stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000" }
      shop_bus    = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop" }
    }
  }

  expect_failures = [aws_lambda_function.this["on_visit"]]
}

run "a_stream_that_is_a_table" {
  command = plan

  variables {
    resources = { items_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items", stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items" } }
  }

  expect_failures = [var.resources]
}

run "a_standard_queue_for_a_fifo_queue" {
  command = plan

  variables {
    resources = {
      items_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items", name = "items", stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000" }
      card_payments = { arn = "arn:aws:sqs:eu-central-1:123456789012:payments" }
      shop_bus      = { arn = "arn:aws:events:eu-central-1:123456789012:event-bus/shop", name = "shop" }
    }
  }

  expect_failures = [aws_lambda_event_source_mapping.queue["on_payment"]]
}

run "a_dead_letter_queue_that_is_fifo" {
  command = plan

  variables {
    dead_letter_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:failures.fifo" }
  }

  expect_failures = [var.dead_letter_queue]
}

run "a_name_that_is_too_long_for_a_queue" {
  command = plan

  variables {
    function_name_prefix = "a-prefix-of-fifty-characters-which-is-not-for-lambda"
    role_name_prefix     = "shop-"
  }

  expect_failures = [aws_sqs_queue.this["card_payments"]]
}

run "a_timeout_that_is_longer_than_lambdas" {
  command = plan

  variables {
    functions = { on_order = { timeout = 901 } }
  }

  expect_failures = [var.functions]
}

run "a_timeout_of_a_quarter_of_an_hour" {
  variables {
    functions = { on_order = { timeout = 900 } }
  }

  assert {
    condition     = aws_sqs_queue.this["orders"].visibility_timeout_seconds == 5405
    error_message = "The caller's timeout does not reach the queue."
  }
}
