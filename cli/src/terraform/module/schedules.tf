# The routegen module: the schedules of EventBridge Scheduler, in their own group.

locals {
  # At most one.
  schedule_group = length(local.lambda_schedules) > 0 ? { this = local.name } : {}
  scheduler_role = length(local.lambda_schedules) > 0 && var.scheduler_role == null ? { this = local.scheduler_role_name } : {}

  # Names of functions and their roles have no underscores.
  scheduler_role_name  = "${var.role_name_prefix == null ? local.function_name_prefix : var.role_name_prefix}event_scheduler"
  schedule_group_names = { for key, group in aws_scheduler_schedule_group.this : key => group.name }
  schedule_group_arns  = { for key, group in aws_scheduler_schedule_group.this : key => group.arn }
  scheduler_role_arn   = var.scheduler_role == null ? one([for role in aws_iam_role.scheduler : role.arn]) : var.scheduler_role.arn
  scheduler_policy_ids = { for key, policy in aws_iam_role_policy.scheduler : key => policy.id }

  # The input of the function. The scheduler replaces the words in angle brackets, which jsonencode would
  # escape in a form that the scheduler does not recognize.
  schedule_input = replace(replace(jsonencode({
    scheduledTime = "<aws.scheduler.scheduled-time>"
    scheduleArn   = "<aws.scheduler.schedule-arn>"
    executionId   = "<aws.scheduler.execution-id>"
    attemptNumber = "<aws.scheduler.attempt-number>"
  }), "\\u003c", "<"), "\\u003e", ">")
}

resource "aws_scheduler_schedule_group" "this" {
  for_each = local.schedule_group

  name = each.value
  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value) <= 64
      error_message = "The group of the schedules would be called ${each.value}, like the API, which has ${length(each.value)} characters, and EventBridge Scheduler allows 64: set a shorter name."
    }
  }
}

resource "aws_iam_role" "scheduler" {
  for_each = local.scheduler_role

  name                 = each.value
  path                 = var.role_path
  description          = "What the schedules of ${local.name} may do"
  permissions_boundary = var.role_permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }

      # Only for schedules of this group, as AWS recommends.
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.of_account[4]
          "aws:SourceArn"     = local.schedule_group_arns[each.key]
        }
      }
    }]
  })

  lifecycle {
    precondition {
      condition     = length(each.value) <= 64
      error_message = "The role of the schedules would be called ${each.value}, which has ${length(each.value)} characters, and IAM allows 64: shorten function_name_prefix, or set a shorter role_name_prefix."
    }
  }
}

resource "aws_iam_role_policy" "scheduler" {
  for_each = aws_iam_role.scheduler

  name = "routegen"
  role = each.value.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "CallFunctions"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [for key in keys(local.lambda_schedules) : local.event_target_arns[key]]
        },
        {
          Sid      = "KeepWhatFails"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = distinct([for key in keys(local.lambda_schedules) : local.failure_queue_arns[key]])
        },
      ],
      local.failure_key_statements,
    )
  })
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.lambda_schedules

  #checkov:skip=CKV_AWS_297:A schedule contains only its time and four placeholders; a customer managed key would cost money and protect nothing secret
  name        = local.lambda_functions[each.key].name
  group_name  = local.schedule_group_names["this"]
  description = "When the function ${local.functions[each.key].name} is called"
  state       = local.event_sources_enabled[each.key] ? "ENABLED" : "DISABLED"

  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone

  flexible_time_window {
    mode                      = each.value.flexible_window == null ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = each.value.flexible_window
  }

  target {
    arn      = local.event_target_arns[each.key]
    role_arn = local.scheduler_role_arn
    input    = local.schedule_input

    # For calls that Lambda does not accept: up to this age, and the scheduler's maximum of attempts.
    retry_policy {
      maximum_event_age_in_seconds = each.value.maximum_event_age
      maximum_retry_attempts       = 185
    }

    dead_letter_config {
      arn = local.failure_queue_arns[each.key]
    }
  }

  # Everything must be in place before the first call.
  depends_on = [local.scheduler_policy_ids, local.event_invoke_config_ids]
}
