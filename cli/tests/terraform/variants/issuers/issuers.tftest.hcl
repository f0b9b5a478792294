mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"

  jwt_authorizers = {
    partners = { issuer = "https://partners.example.com/", audience = ["orders"] }
    staff    = { issuer = "https://login.example.com/tenant/v2.0", audience = ["a", "b"] }
  }
}

run "one_authorizer_for_each_issuer" {
  assert {
    condition     = { for key, authorizer in aws_apigatewayv2_authorizer.this : key => authorizer.jwt_configuration[0].issuer } == { partners = "https://partners.example.com/", staff = "https://login.example.com/tenant/v2.0" }
    error_message = "The issuers are not the caller's to the letter."
  }

  assert {
    condition     = length(output.authorizer_ids) == 3 && aws_apigatewayv2_authorizer.this["staff"].jwt_configuration[0].audience == toset(["a", "b"])
    error_message = "There is not one authorizer for each issuer, with its audience."
  }

  assert {
    condition     = { for key, authorizer in merge(aws_apigatewayv2_authorizer.this, aws_apigatewayv2_authorizer.cognito) : key => one(authorizer.identity_sources) } == { cognito = "$request.header.Authorization", partners = "$request.header.Authorization", staff = "$request.querystring.token" }
    error_message = "A token is not looked for where routegen.toml says."
  }

  assert {
    condition     = aws_apigatewayv2_route.this["POST /orders"].authorizer_id == aws_apigatewayv2_route.this["GET /orders"].authorizer_id && aws_apigatewayv2_route.this["GET /orders"].authorization_scopes == toset(["read"])
    error_message = "Two routes of one issuer have two authorizers, or a scope is not the route's."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.cognito["cognito"].jwt_configuration[0].audience == toset([aws_cognito_user_pool_client.this["cognito"].id])
    error_message = "Another issuer's audience is Cognito's too."
  }
}

run "an_issuer_is_missing" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com", audience = ["orders"] } }
  }

  expect_failures = [aws_apigatewayv2_authorizer.this["staff"]]
}

run "an_issuer_too_many" {
  command = plan

  variables {
    jwt_authorizers = {
      partners = { issuer = "https://partners.example.com", audience = ["orders"] }
      staff    = { issuer = "https://login.example.com", audience = ["a"] }
      stuff    = { issuer = "https://login.example.com", audience = ["a"] }
    }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "without_https" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "http://partners.example.com", audience = ["orders"] } }
  }

  expect_failures = [var.jwt_authorizers]
}

run "with_a_query" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com/?tenant=1", audience = ["orders"] } }
  }

  expect_failures = [var.jwt_authorizers]
}

run "with_two_slashes" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com//", audience = ["orders"] } }
  }

  expect_failures = [var.jwt_authorizers]
}

run "the_discovery_document" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com/.well-known/openid-configuration", audience = ["orders"] } }
  }

  expect_failures = [var.jwt_authorizers]
}

run "without_an_audience" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com", audience = [] } }
  }

  expect_failures = [var.jwt_authorizers]
}

run "with_51_audiences" {
  command = plan

  variables {
    jwt_authorizers = { partners = { issuer = "https://partners.example.com", audience = [for number in range(51) : "a${number}"] } }
  }

  expect_failures = [var.jwt_authorizers]
}
