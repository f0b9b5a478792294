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
    audience = setunion([aws_cognito_user_pool_client.this[each.key].id], var.cognito_additional_audiences)
  }

  lifecycle {
    precondition {
      condition     = each.value.kind == "cognito"
      error_message = "The authorizer ${each.key} is of the kind ${each.value.kind}, which this module does not know."
    }
  }
}
