mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "without_browsers" {
  assert {
    condition     = aws_apigatewayv2_route.this["$default"].authorization_type == "AWS_IAM"
    error_message = "The route is not protected."
  }
}

# A preflight would be refused, and nobody would see why.
run "with_browsers" {
  command = plan

  variables {
    cors = { allow_origins = ["https://app.example.com"] }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}
