# The routegen module: the outputs. Without Cognito, those about it are null.

output "api_id" {
  description = "Id of the HTTP API."
  value       = aws_apigatewayv2_api.this.id
}

output "api_endpoint" {
  description = "Base address of the routes, without a trailing slash; null with disable_execute_api_endpoint."
  value       = var.disable_execute_api_endpoint ? null : trimsuffix(aws_apigatewayv2_stage.this.invoke_url, "/")
}

output "custom_domain_endpoint" {
  description = "Base address of the routes at custom_domain, without a trailing slash; null without custom_domain."
  value       = one([for domain in var.custom_domain[*] : trimsuffix("https://${domain.name}/${coalesce(domain.mapping_key, "/")}", "//")])
}

output "custom_domain_target" {
  description = "Target of a DNS record for custom_domain, as { name, zone_id }, if the module does not create the record itself; null for a domain that the module does not create."
  value = one([
    for domain in aws_apigatewayv2_domain_name.this : {
      name    = domain.domain_name_configuration[0].target_domain_name
      zone_id = domain.domain_name_configuration[0].hosted_zone_id
    }
  ])
}

output "stage_name" {
  description = "Name of the stage, as in the dimensions of its metrics."
  value       = aws_apigatewayv2_stage.this.name
}

output "stage_arn" {
  description = "ARN of the stage."
  value       = aws_apigatewayv2_stage.this.arn
}

output "api_execution_arn" {
  description = "ARN with which the ARNs in permissions to call the API begin."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "authorizer_ids" {
  description = "Id of each authorizer, by the name that routes use as auth, for routes of your own."
  value       = local.authorizer_ids
}

output "access_log_group_name" {
  description = "Log group of the API's access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "function_names" {
  description = "Name of each function, by its key in locals.tf."
  value       = { for key, function in aws_lambda_function.this : key => function.function_name }
}

output "function_arns" {
  description = "ARN of each function, by its key in locals.tf."
  value       = { for key, function in aws_lambda_function.this : key => function.arn }
}

output "alias_arns" {
  description = "ARN of each function's alias, by the function's key; empty without an alias."
  value       = { for key, alias in aws_lambda_alias.this : key => alias.arn }
}

output "function_versions" {
  description = "Number of the newest version of each function, by its key in locals.tf; null without an alias."
  value       = { for key, function in aws_lambda_function.this : key => var.alias == null ? null : function.version }
}

output "role_names" {
  description = "Name of each role that the module created, by the function's key, to attach policies to."
  value       = { for key, role in aws_iam_role.function : key => role.name }
}

output "role_arns" {
  description = "ARN of each function's role, by the function's key, for use in resource policies."
  value       = local.role_arns
}

output "grant_documents" {
  description = "Policy document of what the code of each function may do with resources, by the function's key. Attach it to roles that the module does not create (create_role = false); the module's own roles have it already. A function that uses no resources has none."
  value       = local.grant_documents
}

output "queues" {
  description = "The queues that the module created for messages, by their names in the code: { arn, url, dead_letter_arn, dead_letter_url }."
  value = {
    for name, queue in aws_sqs_queue.this : name => {
      arn             = queue.arn
      url             = queue.url
      dead_letter_arn = aws_sqs_queue.dead_letters[name].arn
      dead_letter_url = aws_sqs_queue.dead_letters[name].url
    }
  }
}

output "failure_queues" {
  description = "The queues that the module created for failures in functions that schedules, rules and streams call, by the functions' keys: { arn, url }."
  value       = { for key, queue in aws_sqs_queue.failures : key => { arn = queue.arn, url = queue.url } }
}

output "event_rule_arns" {
  description = "ARN of each EventBridge rule, by the key of the function that it calls."
  value       = local.event_rule_arns
}

output "schedule_group_name" {
  description = "Name of the schedules' group; null without schedules. Each schedule has the name of its function in the code, with hyphens."
  value       = one(values(local.schedule_group_names))
}

output "log_group_names" {
  description = "Log group of each function, by the function's key."
  value       = { for key, group in aws_cloudwatch_log_group.function : key => group.name }
}

output "user_pool_id" {
  description = "Id of the Cognito user pool."
  value       = local.user_pool_id
}

output "user_pool_arn" {
  description = "ARN of the Cognito user pool that the module created, for use in policies; null with cognito_user_pool."
  value       = one([for pool in aws_cognito_user_pool.this : pool.arn])
}

output "issuer" {
  description = "Issuer of the tokens that the JWT authorizer accepts."
  value       = local.issuer
}

output "token_endpoint" {
  description = "Address that issues a token for the client's id and secret, with grant_type=client_credentials."
  value       = one([for endpoint in local.oauth_endpoint[*] : "${endpoint}/token"])
}

output "authorize_endpoint" {
  description = "Address to which a browser is sent for an authorization code, with the user_client_id; null without cognito_user_client."
  value       = length(local.cognito_users) == 0 ? null : "${local.oauth_endpoint}/authorize"
}

output "user_client_id" {
  description = "Id of the client for people; null without cognito_user_client."
  value       = one([for client in aws_cognito_user_pool_client.users : client.id])
}

output "client_id" {
  description = "Id of the machine-to-machine client."
  value       = one([for client in aws_cognito_user_pool_client.this : client.id])
}

output "client_secret" {
  description = "Secret of the machine-to-machine client. The state contains it too: keep the state where only its owners can read it."
  value       = one([for client in aws_cognito_user_pool_client.this : client.client_secret])
  sensitive   = true
}
