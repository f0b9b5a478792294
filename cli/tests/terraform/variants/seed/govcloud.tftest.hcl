# The partition aws-us-gov: hosts, ARNs, and what its Lambda has refused.

mock_provider "aws" {
  source = "./mocks"

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  override_resource {
    target = aws_apigatewayv2_api.this
    values = { execution_arn = "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5" }
  }

  override_resource {
    target = aws_cloudwatch_log_group.function
    values = { arn = "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:mocked" }
  }

  override_resource {
    target = aws_iam_role.function
    values = { arn = "arn:aws-us-gov:iam::123456789012:role/mocked" }
  }

  override_resource {
    target = aws_lambda_function.this
    values = { arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:mocked" }
  }

  override_resource {
    target = aws_cognito_user_pool.this
    values = {
      id       = "us-gov-west-1_Mocked"
      endpoint = "cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Mocked"
    }
  }
}

variables {
  artifacts_dir = "artifacts"
}

run "tokens" {
  variables {
    cognito_user_client = { callback_urls = ["https://app.example.com"] }
  }

  assert {
    condition     = output.token_endpoint == "https://items-123456789012.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token" && output.authorize_endpoint == "https://items-123456789012.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/authorize"
    error_message = "Tokens are not where Cognito gives them in this partition."
  }

  assert {
    condition     = output.issuer == "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Mocked"
    error_message = "The issuer is not that of the pool."
  }
}

run "tokens_at_another_host" {
  variables {
    cognito_domain_suffix = "auth.example.com"
  }

  assert {
    condition     = output.token_endpoint == "https://items-123456789012.auth.example.com/oauth2/token"
    error_message = "The token endpoint is not where the caller says."
  }
}

run "a_pool_that_exists" {
  variables {
    cognito_user_pool = { id = "us-gov-east-1_Theirs", client_ids = ["a"] }
  }

  assert {
    condition     = output.issuer == "https://cognito-idp.us-gov-east-1.amazonaws.com/us-gov-east-1_Theirs"
    error_message = "The issuer is not that of the caller's pool, in its own region."
  }
}

# Lambda has refused some settings here, even at their defaults.
run "functions_at_their_defaults" {
  assert {
    condition     = alltrue([for function in aws_lambda_function.this : length(function.ephemeral_storage) == 0 && length(function.logging_config) == 0])
    error_message = "A function has a setting that nobody made, and that Lambda may not take here."
  }
}

run "functions_that_are_set" {
  variables {
    logging   = { application_level = "WARN" }
    functions = { get_items = { ephemeral_storage = 512 } }
  }

  assert {
    condition     = aws_lambda_function.this["get_items"].ephemeral_storage[0].size == 512 && length(aws_lambda_function.this["create_item"].ephemeral_storage) == 0
    error_message = "What a caller sets of one function is not set, or is of the other one too."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.logging_config[0].application_log_level == "WARN"])
    error_message = "What a caller sets of logging is left out."
  }
}

run "arns" {
  variables {
    kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/k"
    environment = { TABLE = "items" }
    vpc         = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    alias       = "live"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.function : length(regexall("arn:aws:", policy.policy)) == 0])
    error_message = "A policy names a resource of another partition."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.function["get_items"].policy).Statement : statement.Condition.StringLike["kms:EncryptionContext:aws:lambda:FunctionArn"] if statement.Sid == "DecryptEnvironment"][0] == ["arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:items-get-items", "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:items-get-items:*"]
    error_message = "A role may not decrypt what is its function's in this partition."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.function["get_items"].policy).Statement : statement.Resource if statement.Sid == "WriteOwnLogs"][0] == "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/aws/lambda/items-get-items:*"
    error_message = "A role may not write to its function's log group in this partition."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.api : startswith(permission.source_arn, "arn:aws-us-gov:execute-api:us-gov-west-1:")])
    error_message = "A permission is for an API of another partition."
  }
}
