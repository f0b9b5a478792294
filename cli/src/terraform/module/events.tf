# The routegen module: what all event sources share: the functions that they call, and where failures are kept.

locals {
  # What an event source calls.
  event_target_arns = {
    for key in local.event_functions :
    key => var.alias == null ? aws_lambda_function.this[key].arn : aws_lambda_alias.this[key].arn
  }

  # The functions that event sources call; those that Lambda invokes asynchronously, from its own internal queue;
  # and those whose failures are kept here: all except functions of queues, because queues keep their own.
  async_functions   = tomap({ for key in concat(keys(local.lambda_schedules), keys(local.lambda_event_rules)) : key => key })
  failing_functions = tomap({ for key in concat(keys(local.async_functions), keys(local.lambda_streams)) : key => key })
  event_functions   = concat(keys(local.failing_functions), keys(local.lambda_queues))
  async_retries     = merge(local.lambda_schedules, local.lambda_event_rules)

  event_sources_enabled = {
    for key in local.event_functions :
    key => coalesce(local.settings[key].event_source_enabled, try(local.lambda_schedules[key].enabled, true))
  }

  # The failure queue: the function's own, or the caller's for all. Roles refer to the former by its name, so it can be
  # created after them.
  own_failure_queues  = var.dead_letter_queue == null ? local.failing_functions : tomap({})
  failure_queue_names = { for key in keys(local.failing_functions) : key => "${local.functions[key].name}-failures" }
  failure_queue_arns = {
    for key in keys(local.failing_functions) :
    key => var.dead_letter_queue == null ? aws_sqs_queue.failures[key].arn : var.dead_letter_queue.arn
  }
  failure_key_statements = [
    for kms_key_arn in var.dead_letter_queue[*].kms_key_arn : {
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "sqs.${split(":", kms_key_arn)[3]}.${data.aws_partition.current.dns_suffix}" } }
    } if kms_key_arn != null
  ]

  # Lambda sends there with the permissions of the function's role.
  failure_statements = {
    for key in keys(local.failing_functions) : key => concat(
      [{
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.dead_letter_queue == null ? "${local.sqs_arn_prefix}${local.failure_queue_names[key]}" : var.dead_letter_queue.arn]
      }],
      local.failure_key_statements,
    )
  }

  # The permissions that an event source requires, besides those that the code of its function declares.
  event_statements = {
    for key in local.event_functions :
    key => concat(lookup(local.queue_statements, key, []), lookup(local.stream_statements, key, []), lookup(local.failure_statements, key, []))
  }
}

resource "aws_sqs_queue" "failures" {
  for_each = local.own_failure_queues

  name = local.failure_queue_names[each.key]
  tags = var.tags

  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  # No other queue may use it as its dead-letter queue.
  redrive_allow_policy = jsonencode({ redrivePermission = "denyAll" })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "RefuseWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "${local.sqs_arn_prefix}${local.failure_queue_names[each.key]}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      # A rule sends directly, without a role.
      [
        for key, arn in local.event_rule_arns : {
          Sid       = "KeepWhatEventBridgeCannotDeliver"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = "${local.sqs_arn_prefix}${local.failure_queue_names[each.key]}"
          Condition = { ArnEquals = { "aws:SourceArn" = arn } }
        } if key == each.key
      ],
    )
  })

  lifecycle {
    precondition {
      condition     = !contains(values(local.queue_names), local.failure_queue_names[each.key]) && !contains(values(local.dead_letter_queue_names), local.failure_queue_names[each.key])
      error_message = "The failure queue of the function ${each.key} would be called ${local.failure_queue_names[each.key]}, like another queue of the module: give the function or the other queue another name."
    }
  }
}

# What Lambda does with an event for which the function fails.
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = local.async_functions

  function_name = local.function_names[each.key]
  qualifier     = var.alias == null ? null : local.alias_names[each.key]

  maximum_retry_attempts       = local.async_retries[each.key].maximum_retry_attempts
  maximum_event_age_in_seconds = local.async_retries[each.key].maximum_event_age

  destination_config {
    on_failure {
      destination = local.failure_queue_arns[each.key]
    }
  }
}
