
resource "aws_iam_role" "rNUMBER" {
  name = "rNUMBER"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "rNUMBER" {
  name = "logs"
  role = aws_iam_role.rNUMBER.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.rNUMBER.arn}:*" }]
  })
}

resource "aws_cloudwatch_log_group" "rNUMBER" {
  name              = "/aws/lambda/rNUMBER"
  retention_in_days = 365
}

resource "aws_s3_object" "rNUMBER" {
  bucket = aws_s3_bucket.artifacts.id
  key    = "rNUMBER/${filesha256("${path.module}/../zips/rNUMBER.zip")}.zip"
  source = "${path.module}/../zips/rNUMBER.zip"
}

resource "aws_lambda_function" "rNUMBER" {
  function_name    = "rNUMBER"
  description      = "Answers number NUMBER"
  role             = aws_iam_role.rNUMBER.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  memory_size      = 128
  timeout          = 10
  s3_bucket        = aws_s3_object.rNUMBER.bucket
  s3_key           = aws_s3_object.rNUMBER.key
  source_code_hash = filebase64sha256("${path.module}/../zips/rNUMBER.zip")
}

resource "aws_lambda_permission" "rNUMBER" {
  statement_id  = "AllowExecutionFromApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.rNUMBER.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api.execution_arn}/*/*"
}

resource "aws_apigatewayv2_integration" "rNUMBER" {
  api_id                 = aws_apigatewayv2_api.api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.rNUMBER.invoke_arn
  integration_method     = "POST"
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "rNUMBER" {
  api_id             = aws_apigatewayv2_api.api.id
  route_key          = "GET /rNUMBER/{id}"
  target             = "integrations/${aws_apigatewayv2_integration.rNUMBER.id}"
  authorization_type = "AWS_IAM"
}
