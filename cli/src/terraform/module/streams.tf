# The routegen module: the DynamoDB streams whose records functions receive.

locals {
  # Lambda reads with the permissions of the function's role. Listing streams applies not to a single stream, but to those of the table.
  stream_statements = {
    for key, stream in local.lambda_streams : key => concat(
      [
        {
          Effect   = "Allow"
          Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
          Resource = [local.resources[stream.table].stream_arn]
        },
        {
          Effect   = "Allow"
          Action   = ["dynamodb:ListStreams"]
          Resource = ["*"]
        },
      ],
      [
        for kms_key_arn in [local.resources[stream.table].kms_key_arn] : {
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [kms_key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${split(":", kms_key_arn)[3]}.${data.aws_partition.current.dns_suffix}" } }
        } if kms_key_arn != null
      ],
    )
  }
}

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = local.lambda_streams

  event_source_arn  = local.resources[each.value.table].stream_arn
  function_name     = local.event_target_arns[each.key]
  enabled           = local.event_sources_enabled[each.key]
  starting_position = each.value.starting_position
  batch_size        = each.value.batch_size
  tags              = var.tags

  maximum_batching_window_in_seconds = each.value.batching_window
  parallelization_factor             = each.value.parallelization_factor

  # The records after a failing batch wait for it, so retries are limited. After that, the function's failure queue receives a message
  # that says where the records are.
  maximum_retry_attempts         = each.value.maximum_retry_attempts
  maximum_record_age_in_seconds  = each.value.maximum_record_age == null ? -1 : each.value.maximum_record_age
  bisect_batch_on_function_error = each.value.bisect_batch_on_function_error

  # The function returns which record failed; the records before it are done.
  function_response_types = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = local.failure_queue_arns[each.key]
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
}
