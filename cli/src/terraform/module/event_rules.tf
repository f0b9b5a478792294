# The routegen module: the EventBridge rules, which call functions with events.

locals {
  # Collected once, as in functions.tf.
  event_rule_names        = { for key, rule in aws_cloudwatch_event_rule.this : key => rule.name }
  event_rule_arns         = { for key, rule in aws_cloudwatch_event_rule.this : key => rule.arn }
  event_rule_permissions  = { for key, permission in aws_lambda_permission.event_rule : key => permission.id }
  event_invoke_config_ids = { for key, config in aws_lambda_function_event_invoke_config.this : key => config.id }

  event_bus_names = { for key, rule in local.lambda_event_rules : key => rule.bus == null ? "default" : local.resources[rule.bus].name }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.lambda_event_rules

  name           = local.functions[each.key].name
  description    = "What the function ${local.functions[each.key].name} is called for"
  event_bus_name = local.event_bus_names[each.key]
  event_pattern  = each.value.event_pattern
  state          = local.event_sources_enabled[each.key] ? "ENABLED" : "DISABLED"
  tags           = var.tags
}

# Only for this rule.
resource "aws_lambda_permission" "event_rule" {
  for_each = local.lambda_event_rules

  statement_id  = "AllowExecutionFromEventBridge"
  action        = "lambda:InvokeFunction"
  function_name = local.function_names[each.key]
  qualifier     = var.alias == null ? null : local.alias_names[each.key]
  principal     = "events.amazonaws.com"
  source_arn    = local.event_rule_arns[each.key]
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.lambda_event_rules

  rule           = local.event_rule_names[each.key]
  event_bus_name = local.event_bus_names[each.key]
  target_id      = "function"
  arn            = local.event_target_arns[each.key]

  # For calls that Lambda does not accept, for example because it throttles them: up to this age, and EventBridge's maximum of attempts.
  retry_policy {
    maximum_event_age_in_seconds = each.value.maximum_event_age
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = local.failure_queue_arns[each.key]
  }

  # Everything must be in place before the first event.
  depends_on = [local.event_rule_permissions, local.event_invoke_config_ids]
}
