# What each variable does, seen on the seed.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "names_and_tags" {
  variables {
    name                      = "items-staging"
    function_name_prefix      = "staging-"
    role_permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    tags                      = { team = "items" }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.name == "items-staging" && aws_cognito_user_pool.this["cognito"].name == "items-staging" && aws_cognito_user_pool_client.this["cognito"].name == "items-staging" && aws_cloudwatch_log_group.access.name == "/aws/vendedlogs/apigateway/items-staging"
    error_message = "The name does not reach the API, its log group, the pool and the client."
  }

  assert {
    condition     = output.function_names == { create_item = "staging-create-item", get_items = "staging-get-items" } && output.role_names == output.function_names && output.log_group_names["get_items"] == "/aws/lambda/staging-get-items"
    error_message = "The prefix does not reach functions, roles and log groups."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.function : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "A role has no permissions boundary."
  }

  assert {
    condition = alltrue([
      for resource in concat(
        [aws_apigatewayv2_api.this, aws_apigatewayv2_stage.this, aws_cloudwatch_log_group.access, aws_cognito_user_pool.this["cognito"]],
        values(aws_lambda_function.this), values(aws_iam_role.function), values(aws_cloudwatch_log_group.function),
      ) : resource.tags == tomap({ team = "items" })
    ])
    error_message = "A resource has no tags."
  }
}

run "environment" {
  variables {
    environment = { LOG_LEVEL = "info", TABLE = "items" }
    functions   = { get_items = { environment = { LOG_LEVEL = "debug" } } }
  }

  assert {
    condition     = aws_lambda_function.this["create_item"].environment[0].variables == tomap({ LOG_LEVEL = "info", TABLE = "items" })
    error_message = "The common environment does not reach a function without one of its own."
  }

  assert {
    condition     = aws_lambda_function.this["get_items"].environment[0].variables == tomap({ LOG_LEVEL = "debug", TABLE = "items" })
    error_message = "A function's own environment does not win over the common one."
  }
}

run "vpc_and_tracing" {
  variables {
    vpc          = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
    tracing_mode = "Active"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"]) && function.vpc_config[0].security_group_ids == toset(["sg-1"]) && function.tracing_config[0].mode == "Active"])
    error_message = "The VPC or tracing does not reach a function."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.function : [for statement in jsondecode(policy.policy).Statement : "${statement.Effect} ${statement.Sid}"] == ["Allow WriteOwnLogs", "Allow AttachToVpc", "Deny KeepCodeOffTheVpc", "Allow WriteTraces"]])
    error_message = "A role has not what the VPC and tracing need."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.function["get_items"].policy).Statement[2].Condition.ArnLike["lambda:SourceFunctionArn"] == "arn:*:lambda:*:*:function:get-items"
    error_message = "The code of a function may use the permissions that Lambda needs for the VPC."
  }
}

run "cors" {
  variables {
    cors = { allow_origins = ["https://app.example.com"], allow_credentials = true }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://app.example.com"]) && aws_apigatewayv2_api.this.cors_configuration[0].allow_methods == toset(["GET", "POST"]) && aws_apigatewayv2_api.this.cors_configuration[0].allow_headers == toset(["authorization", "content-type"]) && aws_apigatewayv2_api.this.cors_configuration[0].allow_credentials && aws_apigatewayv2_api.this.cors_configuration[0].max_age == 3600
    error_message = "CORS does not allow the origin, the routes' methods and the usual headers."
  }
}

run "throttles_and_retention" {
  variables {
    default_route_settings = { throttling_rate_limit = 50, throttling_burst_limit = 20, detailed_metrics_enabled = true }
    log_retention_days     = 0
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 50 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 20 && aws_apigatewayv2_stage.this.default_route_settings[0].detailed_metrics_enabled
    error_message = "The settings do not reach the stage."
  }

  assert {
    condition     = alltrue([for group in concat([aws_cloudwatch_log_group.access], values(aws_cloudwatch_log_group.function)) : group.retention_in_days == 0])
    error_message = "A log group does not keep its logs for ever."
  }
}

run "cognito" {
  variables {
    cognito_domain_prefix        = "items-login"
    cognito_deletion_protection  = false
    cognito_additional_audiences = ["another-client"]
  }

  assert {
    condition     = length(data.aws_caller_identity.current) == 0 && output.token_endpoint == "https://items-login.auth.eu-central-1.amazoncognito.com/oauth2/token"
    error_message = "The account is asked for, or the prefix is not used."
  }

  assert {
    condition     = aws_cognito_user_pool.this["cognito"].deletion_protection == "INACTIVE"
    error_message = "The pool cannot be deleted."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].audience == toset([aws_cognito_user_pool_client.this["cognito"].id, "another-client"])
    error_message = "The authorizer does not accept the other client."
  }
}
