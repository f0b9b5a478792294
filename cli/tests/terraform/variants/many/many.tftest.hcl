mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "thirty_routes" {
  assert {
    condition     = alltrue([for resources in [aws_apigatewayv2_route.this, aws_apigatewayv2_integration.this, aws_lambda_function.this, aws_lambda_permission.api, aws_iam_role.function, aws_cloudwatch_log_group.function] : length(resources) == 30])
    error_message = "There is not one of each for each route."
  }

  assert {
    condition     = length(aws_apigatewayv2_authorizer.this) == 0 && length(aws_apigatewayv2_authorizer.cognito) == 1 && length(aws_cognito_user_pool_client.this) == 1 && length(aws_cognito_resource_server.this) == 1
    error_message = "The routes do not share one authorizer, one client and one resource server."
  }

  assert {
    condition     = length(aws_cognito_user_pool_client.this["cognito"].allowed_oauth_scopes) == 20 && length([for route in aws_apigatewayv2_route.this : route if route.authorizer_id == null]) == 10
    error_message = "Not every scope of the routes is allowed, or an open route is not open."
  }
}
