# The routegen module: the Lambda functions, each with a role, a log group and a permission of its own.

locals {
  functions = {
    for key, function in local.lambda_functions : key => {
      name        = "${var.function_name_prefix}${function.name}"
      artifact    = "${var.artifacts_dir}/${function.artifact}"
      environment = merge(var.environment, try(var.functions[key].environment, {}))
    }
  }

  # What Lambda does with the role to attach a function to a VPC. The interfaces do not exist yet
  # when the policy is written, and the two describing actions take no resource at all.
  network_interface_actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ]
}

resource "aws_lambda_function" "this" {
  for_each = local.lambda_functions

  function_name = local.functions[each.key].name
  description   = each.value.description
  role          = aws_iam_role.function[each.key].arn
  tags          = var.tags

  # The artifact is a native binary: the runtime is an operating system only, and starts `bootstrap`.
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [each.value.architecture]
  memory_size   = each.value.memory_size
  timeout       = each.value.timeout

  # Without the hash, a new zip under the old name would never be uploaded. A missing zip is left
  # to the precondition below, whose message says what to do.
  filename         = local.functions[each.key].artifact
  source_code_hash = try(filebase64sha256(local.functions[each.key].artifact), null)

  dynamic "environment" {
    for_each = length(local.functions[each.key].environment) > 0 ? [local.functions[each.key].environment] : []

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tracing_config {
    mode = var.tracing_mode
  }

  lifecycle {
    precondition {
      condition     = try(fileexists(local.functions[each.key].artifact), false)
      error_message = "There is no artifact at ${local.functions[each.key].artifact}: run `routegen build`, or set artifacts_dir to the folder that it writes to."
    }

    precondition {
      # Lambda measures the variables as one JSON text.
      condition     = length(base64encode(jsonencode(local.functions[each.key].environment))) * 3 / 4 <= 4096
      error_message = "The environment variables of the function ${each.key} come to more than 4 KB, which is all that Lambda takes."
    }
  }

  # The log group has to be there before the first call, or Lambda would try to make one without
  # retention; the policy has to be there before Lambda checks it for the VPC and for tracing.
  depends_on = [
    aws_cloudwatch_log_group.function,
    aws_iam_role_policy.function,
  ]
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.lambda_functions

  # The name that Lambda writes to.
  name              = "/aws/lambda/${local.functions[each.key].name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "function" {
  for_each = local.lambda_functions

  name                 = local.functions[each.key].name
  description          = "What the function ${local.functions[each.key].name} may do"
  permissions_boundary = var.role_permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  lifecycle {
    # The role, the log group and the function share the name, and Lambda's limit is the tightest.
    precondition {
      condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", local.functions[each.key].name))
      error_message = "The function name ${local.functions[each.key].name} has ${length(local.functions[each.key].name)} characters. Lambda takes 1 to 64 letters, digits, hyphens and underscores: shorten function_name_prefix, or give the route a shorter name."
    }
  }
}

# Grants of the caller's own go beside this policy: attach them to the output role_names.
resource "aws_iam_role_policy" "function" {
  for_each = local.lambda_functions

  name = "routegen"
  role = aws_iam_role.function[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in [
        {
          # Its own log group and no other, and no right to make one.
          used = true
          body = {
            Sid      = "WriteOwnLogs"
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.function[each.key].arn}:*"
          }
        },
        {
          used = var.vpc != null
          body = {
            Sid      = "AttachToVpc"
            Effect   = "Allow"
            Action   = local.network_interface_actions
            Resource = "*"
          }
        },
        {
          # Lambda itself needs those, the code that runs in the function does not. Only a call from
          # that code carries this condition key.
          used = var.vpc != null
          body = {
            Sid       = "KeepCodeOffTheVpc"
            Effect    = "Deny"
            Action    = local.network_interface_actions
            Resource  = "*"
            Condition = { ArnLike = { "lambda:SourceFunctionArn" = "arn:*:lambda:*:*:function:${local.functions[each.key].name}" } }
          }
        },
        {
          used = var.tracing_mode == "Active"
          body = {
            Sid      = "WriteTraces"
            Effect   = "Allow"
            Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
            Resource = "*"
          }
        },
      ] : statement.body if statement.used
    ]
  })
}

# One permission for the whole API, not one for each route. The pattern ends in /stage/route: with
# one more segment it would miss the route "$default".
resource "aws_lambda_permission" "api" {
  for_each = local.routed_functions

  statement_id  = "AllowExecutionFromApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}
