mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
  environment   = { REGION_NAME = "here" }
  functions     = { get_status = { environment = { TABLE = "status" } } }
}

run "an_open_route_alone" {
  assert {
    condition     = aws_apigatewayv2_route.this["GET /status"].route_key == "GET /status" && aws_apigatewayv2_route.this["GET /status"].authorization_type == "NONE" && aws_apigatewayv2_route.this["GET /status"].authorizer_id == null
    error_message = "The route is not open."
  }

  assert {
    condition     = aws_lambda_function.this["get_status"].architectures == tolist(["arm64"])
    error_message = "The architecture is not the one of locals.tf."
  }

  assert {
    condition     = sum([length(aws_apigatewayv2_authorizer.this), length(aws_apigatewayv2_authorizer.cognito), length(aws_cognito_user_pool.this), length(aws_cognito_user_pool_domain.this), length(aws_cognito_resource_server.this), length(aws_cognito_user_pool_client.this), length(data.aws_caller_identity.current)]) == 0
    error_message = "Something of Cognito is made that no route asks for."
  }

  assert {
    condition     = output.token_endpoint == null && output.issuer == null && output.user_pool_id == null && output.client_id == null && output.client_secret == null
    error_message = "An output tells of a Cognito that is not there."
  }
}

run "a_throttle_of_the_code" {
  assert {
    condition     = [for settings in aws_apigatewayv2_stage.this.route_settings : [settings.route_key, tostring(settings.throttling_rate_limit), tostring(settings.throttling_burst_limit)]] == [["GET /status", "50", "20"]]
    error_message = "The throttle of the route does not reach the stage."
  }
}

run "a_throttle_of_the_caller" {
  variables {
    routes = { get_status = { throttling_burst_limit = 5 } }
  }

  assert {
    condition     = [for settings in aws_apigatewayv2_stage.this.route_settings : [settings.route_key, tostring(settings.throttling_rate_limit), tostring(settings.throttling_burst_limit)]] == [["GET /status", "50", "5"]]
    error_message = "The caller's word does not stand above the code's, or takes away what it does not name."
  }
}

run "settings_of_Cognito_without_Cognito" {
  variables {
    cognito_domain_prefix        = "status"
    cognito_additional_audiences = ["another-client"]
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) == 0 && length(aws_apigatewayv2_authorizer.this) + length(aws_apigatewayv2_authorizer.cognito) == 0
    error_message = "Something of Cognito is made that no route asks for."
  }
}

run "a_variable_without_a_value" {
  command = plan

  variables {
    functions = {}
  }

  expect_failures = [aws_lambda_function.this["get_status"]]
}

run "a_variable_that_is_null" {
  command = plan

  variables {
    functions = { get_status = { environment = { TABLE = null } } }
  }

  expect_failures = [aws_lambda_function.this["get_status"]]
}

# Where a message could tell a secret, Terraform warns at each plan; the caller of this test looks for that.
run "an_environment_that_is_secret_as_a_whole" {
  variables {
    environment = sensitive({ REGION_NAME = "here" })
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.this["get_status"].environment[0].variables) == tomap({ REGION_NAME = "here", TABLE = "status" })
    error_message = "The environment does not reach the function."
  }
}
