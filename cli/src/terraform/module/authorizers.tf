# The routegen module: the authorizers, one for each that the routes name, however many routes.

locals {
  # Those that are functions, which API Gateway has to be allowed to call.
  lambda_authorizers = { for key, authorizer in local.authorizers : key => authorizer if authorizer.kind == "lambda" }

  # Those whose tokens are of a pool that is the module's or the caller's; one at most.
  cognito_authorizers = { for key, authorizer in local.authorizers : key => authorizer if authorizer.kind == "cognito" }
  other_authorizers   = { for key, authorizer in local.authorizers : key => authorizer if authorizer.kind != "cognito" }

  jwt_authorizer_names = [for key, authorizer in local.authorizers : key if authorizer.kind == "jwt"]

  # Whose tokens are good, by authorizer.
  token_issuers   = { for key, authorizer in local.other_authorizers : key => one([for name, issuer in var.jwt_authorizers : issuer.issuer if name == key]) }
  token_audiences = { for key, authorizer in local.other_authorizers : key => toset(flatten([for name, issuer in var.jwt_authorizers : issuer.audience if name == key])) }
}

# That of another kind is another authorizer. API Gateway would change its own in place, while routes still have the old kind.
resource "terraform_data" "authorizer_kind" {
  for_each = local.other_authorizers

  input = each.value.kind
}

# Functions, and issuers other than Cognito. Like an integration, it refers to no function.
resource "aws_apigatewayv2_authorizer" "this" {
  for_each = local.other_authorizers

  api_id = aws_apigatewayv2_api.this.id

  # An API has no two authorizers of one name, and for a while there are the new one and the one that it takes the place of.
  # Nothing goes by the name, which is made once.
  name = "${each.key}-${substr(uuid(), 0, 8)}"

  authorizer_type  = each.value.kind == "lambda" ? "REQUEST" : "JWT"
  identity_sources = lookup(each.value, "identity_sources", ["$request.header.Authorization"])

  # The function says yes or no, and what the handlers get to know of the caller. Left out, an answer
  # would be kept for 300 seconds, for every route of the authorizer.
  authorizer_uri                    = each.value.kind == "lambda" ? local.invoke_uris[each.value.function] : null
  authorizer_payload_format_version = each.value.kind == "lambda" ? "2.0" : null
  enable_simple_responses           = each.value.kind == "lambda" ? true : null
  authorizer_result_ttl_in_seconds  = each.value.kind == "lambda" ? each.value.ttl : null

  dynamic "jwt_configuration" {
    for_each = each.value.kind == "lambda" ? [] : [each.key]

    content {
      issuer   = local.token_issuers[each.key]
      audience = local.token_audiences[each.key]
    }
  }

  lifecycle {
    # API Gateway deletes no authorizer that a route still has: the route changes first.
    create_before_destroy = true
    ignore_changes        = [name]
    replace_triggered_by  = [terraform_data.authorizer_kind[each.key]]

    precondition {
      condition     = contains(["cognito", "jwt", "lambda"], each.value.kind)
      error_message = "The authorizer ${each.key} is of the kind ${each.value.kind}, which this module does not know."
    }

    precondition {
      condition     = each.value.kind != "jwt" || contains(keys(var.jwt_authorizers), each.key)
      error_message = "Nothing says whose tokens the authorizer ${each.key} takes: set jwt_authorizers.${each.key} to its issuer and audience."
    }
  }
}

# Cognito's. It refers to the pool and its clients, whose ids AWS gives, and so is not made before it is destroyed: the pool would
# be too, and there would be two of them.
resource "aws_apigatewayv2_authorizer" "cognito" {
  for_each = local.cognito_authorizers

  api_id           = aws_apigatewayv2_api.this.id
  name             = each.key
  authorizer_type  = "JWT"
  identity_sources = lookup(each.value, "identity_sources", ["$request.header.Authorization"])

  # A machine's access token has no `aud`; API Gateway then compares its `client_id` with the audience.
  jwt_configuration {
    issuer   = local.issuer
    audience = local.cognito_audience
  }

  lifecycle {
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

moved {
  from = aws_apigatewayv2_authorizer.this["cognito"]
  to   = aws_apigatewayv2_authorizer.cognito["cognito"]
}

# For this authorizer alone: another API that uses the function needs a permission of its own.
resource "aws_lambda_permission" "authorizer" {
  for_each = local.lambda_authorizers

  statement_id  = "AllowExecutionFromApiGateway-${aws_apigatewayv2_api.this.id}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.value.function].function_name
  qualifier     = var.alias == null ? null : aws_lambda_alias.this[each.value.function].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this[each.key].id}"

  lifecycle {
    # It goes with its function, from under Terraform.
    replace_triggered_by = [aws_lambda_function.this[each.key].arn]

    precondition {
      condition     = local.functions[each.value.function].timeout <= 10
      error_message = "The authorizer ${each.key} may take ${local.functions[each.value.function].timeout} seconds, but API Gateway waits 10 for its answer and then sends 500 to the client. Give its function a timeout of 10 seconds or less."
    }
  }
}
