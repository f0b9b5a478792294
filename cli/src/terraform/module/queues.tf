# The routegen module: the SQS queues whose messages functions receive.

locals {
  # Queues that the caller does not list in resources, which the module creates: by their name in the code, with the function that
  # receives their messages.
  made_queues = tomap({ for key, queue in local.lambda_queues : queue.queue => key if !contains(keys(var.resources), queue.queue) })

  queue_names = {
    for name, key in local.made_queues :
    name => "${local.function_name_prefix}${replace(name, "_", "-")}"
  }
  queue_suffixes           = { for name, key in local.made_queues : name => local.lambda_queues[key].fifo ? ".fifo" : "" }
  dead_letter_queue_names  = { for name, key in local.made_queues : name => "${local.queue_names[name]}-dead-letters${local.queue_suffixes[name]}" }
  sqs_arn_prefix           = "arn:${local.of_account[1]}:sqs:${local.of_account[3]}:${local.of_account[4]}:"
  queue_visibility_timeout = { for key, queue in local.lambda_queues : key => local.timeouts[key] * 6 + queue.batching_window }

  # The resources that the module creates, in the form of the caller's entries in resources.
  made_resources = {
    for name, queue in aws_sqs_queue.this : name => {
      arn         = "${local.sqs_arn_prefix}${local.queue_names[name]}${local.queue_suffixes[name]}"
      name        = "${local.queue_names[name]}${local.queue_suffixes[name]}"
      url         = queue.url
      kms_key_arn = null
      stream_arn  = null
    }
  }

  # Lambda receives with the permissions of the function's role.
  queue_statements = {
    for key, queue in local.lambda_queues : key => concat(
      [{
        Effect   = "Allow"
        Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = [local.resources[queue.queue].arn]
      }],
      [
        for kms_key_arn in [local.resources[queue.queue].kms_key_arn] : {
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [kms_key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "sqs.${split(":", kms_key_arn)[3]}.${data.aws_partition.current.dns_suffix}" } }
        } if kms_key_arn != null
      ],
    )
  }
}

resource "aws_sqs_queue" "this" {
  for_each = local.made_queues

  name       = "${local.queue_names[each.key]}${local.queue_suffixes[each.key]}"
  fifo_queue = local.lambda_queues[each.value].fifo
  tags       = var.tags

  # Messages without a deduplication id are deduplicated by their content.
  content_based_deduplication = local.lambda_queues[each.value].fifo

  # AWS's recommendation: with less, a message that is still being processed could be delivered again. Even with the
  # longest timeout this is far below SQS's maximum.
  visibility_timeout_seconds = local.queue_visibility_timeout[each.value]
  message_retention_seconds  = 345600
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = local.lambda_queues[each.value].max_receive_count
  })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefuseWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "${local.sqs_arn_prefix}${local.queue_names[each.key]}${local.queue_suffixes[each.key]}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(local.dead_letter_queue_names[each.key]) <= 80
      error_message = "The dead-letter queue of the queue ${each.key} would be called ${local.dead_letter_queue_names[each.key]}, which has ${length(local.dead_letter_queue_names[each.key])} characters, and SQS allows 80: shorten function_name_prefix, or give the queue a shorter name."
    }
  }
}

# Messages that were received as often as the code allows and not deleted. The queue itself keeps messages for a shorter time,
# because the time that a message was in the queue counts here too.
resource "aws_sqs_queue" "dead_letters" {
  for_each = local.made_queues

  name       = local.dead_letter_queue_names[each.key]
  fifo_queue = local.lambda_queues[each.value].fifo
  tags       = var.tags

  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  # Only that queue may use it, and a redrive moves messages back there.
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = ["${local.sqs_arn_prefix}${local.queue_names[each.key]}${local.queue_suffixes[each.key]}"]
  })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefuseWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "${local.sqs_arn_prefix}${local.dead_letter_queue_names[each.key]}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.lambda_queues

  event_source_arn = try(aws_sqs_queue.this[each.value.queue].arn, local.resources[each.value.queue].arn)
  function_name    = local.event_target_arns[each.key]
  enabled          = local.event_sources_enabled[each.key]
  batch_size       = each.value.batch_size
  tags             = var.tags

  # FIFO queues accept no value, not even 0.
  maximum_batching_window_in_seconds = each.value.batching_window > 0 ? each.value.batching_window : null

  # The function returns which messages failed; the others are done.
  function_response_types = ["ReportBatchItemFailures"]

  dynamic "scaling_config" {
    for_each = each.value.maximum_concurrency[*]

    content {
      maximum_concurrency = scaling_config.value
    }
  }

  dynamic "filter_criteria" {
    for_each = length(each.value.filters) > 0 ? [each.value.filters] : []

    content {
      dynamic "filter" {
        for_each = filter_criteria.value

        content {
          pattern = filter.value
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = endswith(coalesce(local.resources[each.value.queue].arn, "missing"), ".fifo") == each.value.fifo
      error_message = "The code of the function ${each.key} declares the queue ${each.value.queue} as ${each.value.fifo ? "a FIFO queue" : "a standard queue"}, and its entry in resources names ${each.value.fifo ? "a standard queue" : "a FIFO queue"}: ${local.resources[each.value.queue].arn}."
    }
  }
}
