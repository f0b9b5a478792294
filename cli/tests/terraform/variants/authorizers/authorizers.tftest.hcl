# Three kinds of authorizers, one of them a function, before three routes of one function.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
  functions     = { api_key = { environment = { KEYS = "a=b" } } }
  jwt_authorizers = {
    partners = { issuer = "https://id.example.com", audience = ["pets"] }
  }
}

run "a_lambda_authorizer" {
  assert {
    condition     = aws_apigatewayv2_authorizer.this["api_key"].authorizer_type == "REQUEST" && aws_apigatewayv2_authorizer.this["api_key"].authorizer_payload_format_version == "2.0" && aws_apigatewayv2_authorizer.this["api_key"].enable_simple_responses && length(aws_apigatewayv2_authorizer.this["api_key"].jwt_configuration) == 0
    error_message = "The function is not asked with payload 2.0 for a simple response."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["api_key"].authorizer_uri == aws_lambda_function.this["api_key"].invoke_arn
    error_message = "The authorizer does not ask its function."
  }

  assert {
    condition     = { for key, authorizer in aws_apigatewayv2_authorizer.this : key => authorizer.name } == { api_key = "api_key-lambda", cognito = "cognito", partners = "partners" } && { for key, type in terraform_data.authorizer_type : key => type.input } == { api_key = "REQUEST", cognito = "JWT", partners = "JWT" }
    error_message = "An authorizer of another type would have the same name, or be the same one."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["api_key"].identity_sources == toset(["$request.header.x-api-key", "$context.routeKey"]) && aws_apigatewayv2_authorizer.this["api_key"].authorizer_result_ttl_in_seconds == 300
    error_message = "Identity sources or time of keeping are not those of locals.tf."
  }

  assert {
    condition     = { for key, permission in aws_lambda_permission.authorizer : key => [permission.function_name, permission.principal, permission.source_arn] } == { api_key = ["pets-api-key", "apigateway.amazonaws.com", "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this["api_key"].id}"] }
    error_message = "API Gateway may not ask the function, or may do so for more than this authorizer."
  }

  assert {
    condition     = aws_lambda_function.this["api_key"].timeout == 5 && aws_lambda_function.this["api_key"].environment[0].variables == tomap({ KEYS = "a=b" })
    error_message = "The authorizer's function has not what the code and the caller say."
  }
}

run "jwt_authorizers" {
  assert {
    condition     = { for key, authorizer in aws_apigatewayv2_authorizer.this : key => authorizer.jwt_configuration[0].issuer if authorizer.authorizer_type == "JWT" } == { cognito = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Mocked", partners = "https://id.example.com" }
    error_message = "The JWT authorizers do not trust their issuers."
  }

  assert {
    condition     = alltrue([for authorizer in aws_apigatewayv2_authorizer.this : authorizer.identity_sources == toset(["$request.header.Authorization"]) if authorizer.authorizer_type == "JWT"])
    error_message = "A JWT authorizer does not look for the token in its header."
  }
}

run "a_function_of_several_routes" {
  assert {
    condition     = keys(aws_apigatewayv2_integration.this) == ["health", "pets"] && keys(aws_lambda_permission.api) == ["health", "pets"] && keys(aws_lambda_function.this) == ["api_key", "health", "pets"]
    error_message = "There is not one integration and one permission for each function that answers routes."
  }

  assert {
    condition     = alltrue([for key in ["POST /pets", "DELETE /pets/{}", "GET /pets"] : aws_apigatewayv2_route.this[key].target == "integrations/${aws_apigatewayv2_integration.this["pets"].id}"])
    error_message = "A route does not lead to the function that it shares."
  }

  assert {
    condition     = { for key, route in aws_apigatewayv2_route.this : key => route.authorization_type } == { "DELETE /pets/{}" = "JWT", "GET /health" = "NONE", "GET /pets" = "CUSTOM", "POST /pets" = "JWT" }
    error_message = "The routes of one function are not closed each in its own way."
  }

  assert {
    condition     = alltrue([for key, authorizer in { "POST /pets" = "cognito", "DELETE /pets/{}" = "partners", "GET /pets" = "api_key" } : aws_apigatewayv2_route.this[key].authorizer_id == aws_apigatewayv2_authorizer.this[authorizer].id])
    error_message = "A route is not behind the authorizer that it names."
  }
}

run "cors" {
  variables {
    cors = { allow_origins = ["https://app.example.com", "http://localhost:3000", "https://*"] }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_headers == toset(["authorization", "content-type", "x-api-key"])
    error_message = "Browsers may not send what an authorizer reads."
  }
}

run "by_an_alias" {
  variables {
    alias = "live"
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["api_key"].authorizer_uri == aws_lambda_alias.this["api_key"].invoke_arn && aws_lambda_permission.authorizer["api_key"].qualifier == "live"
    error_message = "The authorizer does not ask the alias of its function."
  }
}

run "artifacts_of_groups_and_authorizers_are_those_that_were_listed" {
  variables {
    artifacts_dir = "folders/built"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : startswith(function.filename, "folders/built/")])
    error_message = "The artifacts are not those of the folder."
  }
}

run "a_timeout_that_api_gateway_does_not_wait_for" {
  command = plan

  variables {
    functions = { api_key = { environment = { KEYS = "a=b" }, timeout = 11 } }
  }

  expect_failures = [aws_lambda_permission.authorizer["api_key"]]
}
