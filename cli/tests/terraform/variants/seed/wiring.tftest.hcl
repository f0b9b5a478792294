# The seed: two functions behind Cognito, with nothing set but the folder of the artifacts.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "routes" {
  assert {
    condition     = { for key, route in aws_apigatewayv2_route.this : key => route.route_key } == { "GET /items" = "GET /items", "POST /items/create" = "POST /items/create" }
    error_message = "The route keys are not the method and the path."
  }

  assert {
    condition     = alltrue([for route_key, function in { "GET /items" = "get_items", "POST /items/create" = "create_item" } : aws_apigatewayv2_route.this[route_key].target == "integrations/${aws_apigatewayv2_integration.this[function].id}"])
    error_message = "A route does not lead to its own function's integration."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.this["cognito"].id])
    error_message = "A route is not behind the Cognito authorizer."
  }

  assert {
    condition     = aws_apigatewayv2_route.this["POST /items/create"].authorization_scopes == toset(["items/write"]) && aws_apigatewayv2_route.this["GET /items"].authorization_scopes == toset(["items/read"])
    error_message = "The scopes of the routes are not those of locals.tf."
  }

  assert {
    condition     = alltrue([for key, integration in aws_apigatewayv2_integration.this : integration.integration_uri == aws_lambda_function.this[key].invoke_arn && integration.payload_format_version == "2.0" && integration.integration_method == "POST" && integration.timeout_milliseconds == 30000])
    error_message = "An integration does not call its function with payload 2.0 for up to 30 seconds."
  }
}

run "functions" {
  assert {
    condition     = { for key, function in aws_lambda_function.this : key => [function.function_name, function.filename, tostring(function.memory_size), tostring(function.timeout)] } == { create_item = ["items-create-item", "artifacts/create-item.zip", "128", "10"], get_items = ["items-get-items", "artifacts/get-items.zip", "256", "10"] }
    error_message = "Name, artifact, memory or timeout are not those of locals.tf."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.runtime == "provided.al2023" && function.handler == "bootstrap" && function.architectures == tolist(["x86_64"])])
    error_message = "A function does not run its bootstrap on provided.al2023."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.source_code_hash == filebase64sha256(function.filename)])
    error_message = "The hash is not that of the artifact, so a new one would not be uploaded."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : length(function.environment) == 0 && length(function.vpc_config) == 0 && function.tracing_config[0].mode == "PassThrough"])
    error_message = "A function has an environment, a VPC or tracing that nobody asked for."
  }

  assert {
    condition     = alltrue([for key, role in aws_iam_role.function : role.name == aws_lambda_function.this[key].function_name && jsondecode(role.assume_role_policy).Statement[0].Principal.Service == "lambda.amazonaws.com"])
    error_message = "A function has no role of its own that Lambda alone may take."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.function : jsondecode(role.assume_role_policy).Statement[0].Condition == { StringEqualsIfExists = { "aws:SourceAccount" = "123456789012" } }])
    error_message = "Lambda may take a role for another account."
  }

  assert {
    condition     = alltrue([for key, policy in aws_iam_role_policy.function : policy.role == aws_iam_role.function[key].name && jsondecode(policy.policy).Statement == [{ Sid = "WriteOwnLogs", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:${aws_cloudwatch_log_group.function[key].name}:*" }]])
    error_message = "A role may do more, or less, than write to its function's log group."
  }

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.function : key => group.name } == { create_item = "/aws/lambda/items-create-item", get_items = "/aws/lambda/items-get-items" }
    error_message = "A log group is not the one that Lambda writes to."
  }

  assert {
    condition     = alltrue([for group in concat([aws_cloudwatch_log_group.access], values(aws_cloudwatch_log_group.function)) : group.retention_in_days == 365])
    error_message = "A log group does not keep its logs for the default period."
  }

  assert {
    condition     = alltrue([for key, permission in aws_lambda_permission.api : permission.function_name == aws_lambda_function.this[key].function_name && permission.principal == "apigateway.amazonaws.com" && permission.action == "lambda:InvokeFunction"]) && length(aws_lambda_permission.api) == 2
    error_message = "There is not one permission for each function."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.api : permission.source_arn == "${aws_apigatewayv2_api.this.execution_arn}/*/*" && permission.statement_id == "AllowExecutionFromApiGateway-${aws_apigatewayv2_api.this.id}"])
    error_message = "A permission is not narrowed to this API."
  }
}

run "api" {
  assert {
    condition     = aws_apigatewayv2_api.this.name == "items" && aws_apigatewayv2_api.this.protocol_type == "HTTP"
    error_message = "The API is not an HTTP API with the name that the code gives."
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "CORS is on though nobody asked for it."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.name == "$default" && aws_apigatewayv2_stage.this.auto_deploy
    error_message = "The stage is not the default one, or does not deploy by itself."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 500 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 1000
    error_message = "The throttles are not the defaults; unset they would be 0."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn && jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format).requestId == "$context.requestId"
    error_message = "The stage does not write its access log as JSON to its log group."
  }
}

run "cognito" {
  assert {
    condition     = aws_cognito_user_pool.this["cognito"].deletion_protection == "ACTIVE" && aws_cognito_user_pool.this["cognito"].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "The pool can be deleted by accident, or lets anybody sign up."
  }

  assert {
    condition     = aws_cognito_user_pool_domain.this["cognito"].domain == "items-123456789012"
    error_message = "The domain is not made from the API's name and the account id."
  }

  assert {
    condition     = { for key, server in aws_cognito_resource_server.this : key => [for scope in server.scope : scope.scope_name] } == { items = ["read", "write"] }
    error_message = "The resource server does not hold the scopes of the routes."
  }

  assert {
    condition     = aws_cognito_user_pool_client.this["cognito"].allowed_oauth_flows == toset(["client_credentials"]) && aws_cognito_user_pool_client.this["cognito"].allowed_oauth_scopes == toset(["items/read", "items/write"]) && aws_cognito_user_pool_client.this["cognito"].allowed_oauth_flows_user_pool_client && aws_cognito_user_pool_client.this["cognito"].generate_secret
    error_message = "The client is not one for machines with every scope of the routes."
  }

  assert {
    condition     = aws_cognito_user_pool_client.this["cognito"].explicit_auth_flows == toset(["ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "Users can sign in through the client for machines."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["cognito"].authorizer_type == "JWT" && aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Mocked" && aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].audience == toset([aws_cognito_user_pool_client.this["cognito"].id])
    error_message = "The authorizer does not trust the pool, or not its client."
  }
}

run "outputs" {
  assert {
    condition     = output.authorizer_ids == { cognito = aws_apigatewayv2_authorizer.this["cognito"].id } && output.stage_name == "$default" && output.user_pool_arn == aws_cognito_user_pool.this["cognito"].arn && output.alias_arns == {}
    error_message = "The outputs do not tell the authorizer, the stage and the pool."
  }

  assert {
    condition     = output.api_endpoint == "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
    error_message = "The endpoint is not the stage's address without its last slash."
  }

  assert {
    condition     = output.token_endpoint == "https://items-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/token"
    error_message = "The token endpoint is not the domain's."
  }

  assert {
    condition     = output.issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Mocked" && output.user_pool_id == "eu-central-1_Mocked"
    error_message = "The issuer or the pool is not the one that was made."
  }

  assert {
    condition     = output.client_id == aws_cognito_user_pool_client.this["cognito"].id && output.client_secret == aws_cognito_user_pool_client.this["cognito"].client_secret
    error_message = "The client is not the one that was made."
  }

  assert {
    condition     = output.function_names == { create_item = "items-create-item", get_items = "items-get-items" } && output.role_names == output.function_names && output.log_group_names == { create_item = "/aws/lambda/items-create-item", get_items = "/aws/lambda/items-get-items" } && output.access_log_group_name == "/aws/vendedlogs/apigateway/items"
    error_message = "The names of functions, roles or log groups are not told by key."
  }
}
