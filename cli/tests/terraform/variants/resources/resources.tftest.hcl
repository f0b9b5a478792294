# What the code does with resources: policies, variables, keys, and what is said where an entry is missing.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
  environment   = { LEVEL = "debug" }

  resources = {
    keys_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys", name = "keys" }
    news_topic   = { arn = "arn:aws:sns:eu-central-1:123456789012:news" }
    orders_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:orders", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders" }
    orders_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders", name = "orders", kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/k" }
  }
}

run "policies" {
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.function["orders"].policy).Statement : statement if !can(statement.Sid)] == [
      { Effect = "Allow", Action = ["dynamodb:ListTables"], Resource = ["*"] },
      { Effect = "Allow", Action = ["sns:Publish"], Resource = ["arn:aws:sns:eu-central-1:123456789012:news"] },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["arn:aws:sqs:eu-central-1:123456789012:orders"] },
      { Effect = "Allow", Action = ["dynamodb:PutItem", "dynamodb:Query"], Resource = ["arn:aws:dynamodb:eu-central-1:123456789012:table/orders"] },
      { Effect = "Allow", Action = ["dynamodb:Query"], Resource = ["arn:aws:dynamodb:eu-central-1:123456789012:table/orders/index/*"] },
      {
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = ["arn:aws:kms:eu-west-1:123456789012:key/k"]
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.eu-west-1.amazonaws.com" } }
      },
    ]
    error_message = "The policy of the group is not what its code says, or a key is not used through the service of its resource."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.function["api_key"].policy).Statement : statement if !can(statement.Sid)] == [{ Effect = "Allow", Action = ["dynamodb:GetItem"], Resource = ["arn:aws:dynamodb:eu-central-1:123456789012:table/keys"] }]
    error_message = "The authorizer may not do what its code says, or more than that."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.function["get_health"].policy).Statement : statement.Sid] == ["WriteOwnLogs"]
    error_message = "A function that does nothing with resources may do something."
  }

  assert {
    condition     = aws_lambda_function.this["orders"].environment[0].variables == tomap({ LEVEL = "debug", NEWS_TOPIC = "arn:aws:sns:eu-central-1:123456789012:news", ORDERS_QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders", ORDERS_TABLE = "orders" })
    error_message = "The variables of resources are not what their kinds ask for."
  }

  assert {
    condition     = aws_lambda_function.this["api_key"].environment[0].variables["KEYS_TABLE"] == "keys" && !can(aws_lambda_function.this["get_health"].environment[0].variables["KEYS_TABLE"])
    error_message = "A function lacks the variable of its resource, or has another function's."
  }
}

run "a_role_that_exists" {
  variables {
    functions = { orders = { create_role = false, role_arn = "arn:aws:iam::123456789012:role/own" } }
  }

  assert {
    condition     = keys(aws_iam_role_policy.function) == ["api_key", "get_health"] && keys(output.grant_documents) == ["api_key", "orders"]
    error_message = "The policy of a role that is not the module's is made, or is not given out."
  }

  assert {
    condition     = length(jsondecode(output.grant_documents.orders).Statement) == 6 && jsondecode(output.grant_documents.orders).Version == "2012-10-17"
    error_message = "The document of a role that is not the module's lacks a statement."
  }
}

run "a_value_of_ones_own" {
  variables {
    functions = { orders = { environment = { ORDERS_TABLE = "orders-of-today" } } }
  }

  assert {
    condition     = aws_lambda_function.this["orders"].environment[0].variables["ORDERS_TABLE"] == "orders-of-today"
    error_message = "What the caller says of one function does not win."
  }
}

run "an_entry_is_missing" {
  command = plan

  variables {
    resources = {
      keys_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys", name = "keys" }
      orders_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:orders", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders" }
    }
  }

  expect_failures = [aws_lambda_function.this["orders"]]
}

run "all_entries_are_missing" {
  command = plan

  variables {
    resources = {}
  }

  expect_failures = [aws_lambda_function.this["orders"], aws_lambda_function.this["api_key"]]
}

run "an_entry_lacks_what_the_code_reads" {
  command = plan

  variables {
    resources = {
      keys_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys" }
      news_topic   = { arn = "arn:aws:sns:eu-central-1:123456789012:news" }
      orders_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:orders", name = "orders" }
      orders_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders", name = "orders" }
    }
  }

  expect_failures = [aws_lambda_function.this["orders"], aws_lambda_function.this["api_key"]]
}

run "an_entry_that_no_code_names" {
  command = plan

  variables {
    resources = {
      keys_table   = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys", name = "keys" }
      news_topic   = { arn = "arn:aws:sns:eu-central-1:123456789012:news" }
      orders_queue = { arn = "arn:aws:sqs:eu-central-1:123456789012:orders", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders" }
      orders_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders", name = "orders" }
      order_table  = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders", name = "orders" }
    }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "an_arn_of_many" {
  command = plan

  variables {
    resources = { keys_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/*", name = "keys" } }
  }

  expect_failures = [var.resources]
}

run "an_alias_of_a_key" {
  command = plan

  variables {
    resources = { keys_table = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys", name = "keys", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:alias/keys" } }
  }

  expect_failures = [var.resources]
}
