# An API whose resources somebody wrote: the seed's pattern, for_each over local.lambda_routes. Only that local is
# routegen's. Beyond the seed, the functions have a role, which it refers to and never defines, and routes are as open as
# the code says.

variable "region" {
  type = string
}

variable "artifacts_dir" {
  type = string
}

resource "aws_apigatewayv2_api" "api" {
  name          = "item-api"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.api.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_iam_role" "lambda_exec" {
  name = "lambda-exec"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "get_items_lambda" {
  function_name    = "get-items"
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  role             = aws_iam_role.lambda_exec.arn
  filename         = "${var.artifacts_dir}/get-items.zip"
  source_code_hash = filebase64sha256("${var.artifacts_dir}/get-items.zip")
  memory_size      = local.lambda_functions.get_items_lambda.memory_size
}

resource "aws_lambda_function" "create_item_lambda" {
  function_name    = "create-item"
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  role             = aws_iam_role.lambda_exec.arn
  filename         = "${var.artifacts_dir}/create-item.zip"
  source_code_hash = filebase64sha256("${var.artifacts_dir}/create-item.zip")
  memory_size      = local.lambda_functions.create_item_lambda.memory_size
}

resource "aws_cognito_user_pool" "user_pool" {
  name = "item-api-user-pool"
}

resource "aws_cognito_user_pool_client" "user_pool_client" {
  name            = "item-api-client"
  user_pool_id    = aws_cognito_user_pool.user_pool.id
  generate_secret = true
}

resource "aws_apigatewayv2_authorizer" "cognito_authorizer" {
  name             = "CognitoJWTAuthorizer"
  api_id           = aws_apigatewayv2_api.api.id
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    audience = [aws_cognito_user_pool_client.user_pool_client.id]
    issuer   = "https://${aws_cognito_user_pool.user_pool.endpoint}"
  }
}

resource "aws_apigatewayv2_integration" "lambda_integrations" {
  for_each               = local.lambda_routes
  api_id                 = aws_apigatewayv2_api.api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.lambda.invoke_arn
  integration_method     = "POST"
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "lambda_routes" {
  for_each           = local.lambda_routes
  api_id             = aws_apigatewayv2_api.api.id
  route_key          = "${each.value.method} ${each.value.path}"
  target             = "integrations/${aws_apigatewayv2_integration.lambda_integrations[each.key].id}"
  authorizer_id      = aws_apigatewayv2_authorizer.cognito_authorizer.id
  authorization_type = local.lambda_route_authorization[each.key].authorization_type

  authorization_scopes = local.lambda_route_authorization[each.key].scopes
}

resource "aws_lambda_permission" "lambda_permissions" {
  for_each      = local.lambda_routes
  statement_id  = "AllowExecutionFromAPIGateway_${each.value.name_suffix}"
  action        = "lambda:InvokeFunction"
  function_name = each.value.lambda.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api.execution_arn}/*/*"
}

provider "aws" {
  region = var.region
}

output "routes" {
  value = {
    for key, route in aws_apigatewayv2_route.lambda_routes :
    route.route_key => [key, local.lambda_routes[key].lambda.function_name, local.lambda_route_authorization[key].authorizer]
  }
}
