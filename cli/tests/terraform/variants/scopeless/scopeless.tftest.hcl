mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "a_client_for_users" {
  assert {
    condition     = aws_apigatewayv2_route.this["GET /profile"].authorization_type == "JWT" && aws_apigatewayv2_route.this["GET /profile"].authorizer_id == aws_apigatewayv2_authorizer.cognito["cognito"].id && length(aws_apigatewayv2_route.this["GET /profile"].authorization_scopes) == 0
    error_message = "The route is not behind Cognito, or asks for a scope."
  }

  assert {
    condition     = !aws_cognito_user_pool_client.this["cognito"].allowed_oauth_flows_user_pool_client && length(aws_cognito_user_pool_client.this["cognito"].allowed_oauth_flows) == 0 && length(aws_cognito_user_pool_client.this["cognito"].allowed_oauth_scopes) == 0
    error_message = "The client asks for client_credentials without a scope, which Cognito refuses."
  }

  assert {
    condition     = contains(aws_cognito_user_pool_client.this["cognito"].explicit_auth_flows, "ALLOW_USER_SRP_AUTH") && length(aws_cognito_resource_server.this) == 0
    error_message = "Nobody can get a token from the client."
  }
}
