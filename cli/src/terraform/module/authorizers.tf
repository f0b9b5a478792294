# The routegen module: the authorizers, one for each that routes name, however many routes name it.

locals {
  # Authorizers that are functions, which API Gateway must be allowed to call.
  lambda_authorizers = { for key, authorizer in local.authorizers : key => authorizer if authorizer.kind == "lambda" }

  # Names of authorizers are unique in an API, and if one changes its type, the new one is created first.
  authorizer_names = { for key, authorizer in local.authorizers : key => authorizer.kind == "lambda" ? "${key}-lambda" : key }

  jwt_authorizer_names = [for key, authorizer in local.authorizers : key if authorizer.kind == "jwt"]

  # The issuer whose tokens are valid, by authorizer: the Cognito pool, or the issuer that the caller names.
  token_issuers   = { for key, authorizer in local.authorizers : key => authorizer.kind == "cognito" ? local.issuer : one([for name, issuer in var.jwt_authorizers : issuer.issuer if name == key]) }
  token_audiences = { for key, authorizer in local.authorizers : key => authorizer.kind == "cognito" ? local.cognito_audience : toset(flatten([for name, issuer in var.jwt_authorizers : issuer.audience if name == key])) }
}

# Whether an authorizer is a function or an issuer of tokens: if that changes, the authorizer is replaced.
resource "terraform_data" "authorizer_type" {
  for_each = { for key, authorizer in local.authorizers : key => authorizer.kind == "lambda" ? "REQUEST" : "JWT" }

  input = each.value
}

resource "aws_apigatewayv2_authorizer" "this" {
  for_each = local.authorizers

  api_id           = aws_apigatewayv2_api.this.id
  name             = local.authorizer_names[each.key]
  authorizer_type  = each.value.kind == "lambda" ? "REQUEST" : "JWT"
  identity_sources = lookup(each.value, "identity_sources", ["$request.header.Authorization"])

  # The function allows or denies, and returns what the handlers learn about the caller. If omitted, a decision
  # would be cached for 300 seconds, for every route of the authorizer.
  authorizer_uri                    = each.value.kind == "lambda" ? local.invoke_arns[each.value.function] : null
  authorizer_payload_format_version = each.value.kind == "lambda" ? "2.0" : null
  enable_simple_responses           = each.value.kind == "lambda" ? true : null
  authorizer_result_ttl_in_seconds  = each.value.kind == "lambda" ? each.value.ttl : null

  # A machine's access token has no `aud`; API Gateway then compares its `client_id` with the audience.
  dynamic "jwt_configuration" {
    for_each = each.value.kind == "lambda" ? [] : [each.key]

    content {
      issuer   = local.token_issuers[each.key]
      audience = local.token_audiences[each.key]
    }
  }

  lifecycle {
    # API Gateway does not delete an authorizer that a route still uses: the route changes first.
    create_before_destroy = true

    # Changed in place, it would have the new type while its routes still have the old one.
    replace_triggered_by = [terraform_data.authorizer_type[each.key]]

    precondition {
      condition     = contains(["cognito", "jwt", "lambda"], each.value.kind)
      error_message = "The authorizer ${each.key} is of the kind ${each.value.kind}, which this module does not support."
    }

    precondition {
      condition     = each.value.kind != "jwt" || contains(keys(var.jwt_authorizers), each.key)
      error_message = "The authorizer ${each.key} has no issuer: set jwt_authorizers.${each.key} to its issuer and audience."
    }

    precondition {
      condition     = each.value.kind != "cognito" || length(local.cognito_audience) <= 50
      error_message = "The authorizer ${each.key} would accept the tokens of ${length(local.cognito_audience)} clients, and API Gateway allows 50."
    }

    precondition {
      condition     = each.value.kind != "cognito" || var.cognito_user_pool == null || var.cognito_user_client == null
      error_message = "cognito_user_client is a client of the pool that the module creates; with cognito_user_pool, create it where that pool is created, and name it in client_ids."
    }
  }
}

# Only for this authorizer: another API that uses the function needs its own permission.
resource "aws_lambda_permission" "authorizer" {
  for_each = local.lambda_authorizers

  statement_id  = "AllowExecutionFromApiGateway-${aws_apigatewayv2_api.this.id}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.value.function].function_name
  qualifier     = var.alias == null ? null : aws_lambda_alias.this[each.value.function].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this[each.key].id}"

  lifecycle {
    precondition {
      condition     = local.functions[each.value.function].timeout <= 10
      error_message = "The authorizer ${each.key} may take ${local.functions[each.value.function].timeout} seconds, but API Gateway waits 10 for its decision and then sends 500 to the client. Give its function a timeout of 10 seconds or less."
    }
  }
}
