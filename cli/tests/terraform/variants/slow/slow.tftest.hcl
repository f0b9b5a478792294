mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "a_function_that_outlasts_the_API" {
  command = plan

  expect_failures = [aws_apigatewayv2_integration.this["get_report"]]
}
