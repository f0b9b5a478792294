# The routegen module: the authorizers, one for each kind that the routes name, however many routes.

resource "aws_apigatewayv2_authorizer" "this" {
  for_each = local.authorizers

  api_id           = aws_apigatewayv2_api.this.id
  name             = each.key
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  # A machine's access token has no `aud`; API Gateway then compares its `client_id` with the audience.
  jwt_configuration {
    issuer   = local.issuer
    audience = local.cognito_audience
  }

  lifecycle {
    precondition {
      condition     = each.value.kind == "cognito"
      error_message = "The authorizer ${each.key} is of the kind ${each.value.kind}, which this module does not know."
    }

    precondition {
      condition     = length(local.cognito_audience) <= 50
      error_message = "The authorizer ${each.key} would take the tokens of ${length(local.cognito_audience)} clients, and API Gateway allows 50."
    }

    precondition {
      condition     = var.cognito_user_pool == null || var.cognito_user_client == null
      error_message = "cognito_user_client is a client of the pool that the module makes; with cognito_user_pool, make it where that pool is made and name it in client_ids."
    }
  }
}
