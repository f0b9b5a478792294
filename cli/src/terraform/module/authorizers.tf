# The routegen module: the authorizers, one for each that the routes name, however many routes.

locals {
  jwt_authorizer_names = [for key, authorizer in local.authorizers : key if authorizer.kind == "jwt"]

  # Whose tokens are good, by authorizer: those of the Cognito pool, or of the issuer that the caller names.
  token_issuers   = { for key, authorizer in local.authorizers : key => authorizer.kind == "cognito" ? local.issuer : one([for name, issuer in var.jwt_authorizers : issuer.issuer if name == key]) }
  token_audiences = { for key, authorizer in local.authorizers : key => authorizer.kind == "cognito" ? local.cognito_audience : toset(flatten([for name, issuer in var.jwt_authorizers : issuer.audience if name == key])) }
}

resource "aws_apigatewayv2_authorizer" "this" {
  for_each = local.authorizers

  api_id           = aws_apigatewayv2_api.this.id
  name             = each.key
  authorizer_type  = "JWT"
  identity_sources = lookup(each.value, "identity_sources", ["$request.header.Authorization"])

  # A machine's access token has no `aud`; API Gateway then compares its `client_id` with the audience.
  jwt_configuration {
    issuer   = local.token_issuers[each.key]
    audience = local.token_audiences[each.key]
  }

  lifecycle {
    precondition {
      condition     = contains(["cognito", "jwt"], each.value.kind)
      error_message = "The authorizer ${each.key} is of the kind ${each.value.kind}, which this module does not know."
    }

    precondition {
      condition     = each.value.kind != "jwt" || contains(keys(var.jwt_authorizers), each.key)
      error_message = "Nothing says whose tokens the authorizer ${each.key} takes: set jwt_authorizers.${each.key} to its issuer and audience."
    }

    precondition {
      condition     = each.value.kind != "cognito" || length(local.cognito_audience) <= 50
      error_message = "The authorizer ${each.key} would take the tokens of ${length(local.cognito_audience)} clients, and API Gateway allows 50."
    }

    precondition {
      condition     = each.value.kind != "cognito" || var.cognito_user_pool == null || var.cognito_user_client == null
      error_message = "cognito_user_client is a client of the pool that the module makes; with cognito_user_pool, make it where that pool is made and name it in client_ids."
    }
  }
}
