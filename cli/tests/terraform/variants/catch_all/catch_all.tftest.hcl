mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "route_keys" {
  assert {
    condition     = { for key, route in aws_apigatewayv2_route.this : key => route.route_key } == { "$default" = "$default", "ANY /files/{+}" = "ANY /files/{path+}", "GET /files" = "GET /files", "OPTIONS /files/{+}" = "OPTIONS /files/{any+}" }
    error_message = "$default does not stand alone, or ANY is not kept before a path."
  }

  assert {
    condition     = { for key, route in aws_apigatewayv2_route.this : key => route.authorization_type } == { "$default" = "NONE", "ANY /files/{+}" = "JWT", "GET /files" = "AWS_IAM", "OPTIONS /files/{+}" = "NONE" }
    error_message = "The authorization of a route is not that of locals.tf."
  }

  assert {
    condition     = [for key, route in aws_apigatewayv2_route.this : key if route.authorizer_id != null] == ["ANY /files/{+}"]
    error_message = "A route without JWT has an authorizer, or the one with JWT has none."
  }
}

run "a_shared_function" {
  assert {
    condition     = length(aws_apigatewayv2_integration.this) == 2 && length(aws_lambda_permission.api) == 2
    error_message = "There is not one integration and one permission for each function."
  }

  assert {
    condition     = aws_apigatewayv2_route.this["ANY /files/{+}"].target == aws_apigatewayv2_route.this["GET /files"].target && aws_apigatewayv2_route.this["ANY /files/{+}"].target != aws_apigatewayv2_route.this["$default"].target
    error_message = "The routes of one function do not share its integration."
  }
}

run "a_resource_server_named_by_address" {
  assert {
    condition     = aws_cognito_user_pool_client.this["cognito"].allowed_oauth_scopes == toset(["https://files.example.com/use"])
    error_message = "The scope is not the identifier, a slash and the name."
  }

  # Cognito takes neither a colon nor a slash in a name.
  assert {
    condition     = { for key, server in aws_cognito_resource_server.this : key => server.name } == { "https://files.example.com" = "https-files.example.com" }
    error_message = "The resource server has a name that Cognito refuses."
  }
}

# The open route for OPTIONS is what lets cors in beside a route with authorization for every method.
run "preflights_for_any_method" {
  variables {
    cors = { allow_origins = ["*"] }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_methods == toset(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])
    error_message = "ANY does not stand for every method."
  }
}
