# Weights of versions, where a function is at a version that they name, and where it is at a later one.

mock_provider "aws" {
  source = "./mocks"

  override_resource {
    target = aws_lambda_function.this["create_item"]
    values = {
      arn     = "arn:aws:lambda:eu-central-1:123456789012:function:create-item"
      version = "7"
    }
  }

  override_resource {
    target = aws_lambda_function.this["get_items"]
    values = {
      arn     = "arn:aws:lambda:eu-central-1:123456789012:function:get-items"
      version = "8"
    }
  }
}

variables {
  artifacts_dir = "artifacts"
  alias         = "live"
}

run "a_version_that_one_function_is_still_at" {
  variables {
    functions = {
      create_item = { version_weights = { "7" = 0.9 } }
      get_items   = { version_weights = { "7" = 0.9 } }
    }
  }

  assert {
    condition     = { for key, alias in aws_lambda_alias.this : key => [alias.function_version, [for routing in alias.routing_config : routing.additional_version_weights]] } == { create_item = ["7", []], get_items = ["8", [tomap({ "7" = 0.9 })]] }
    error_message = "An alias gives a share to the version that it points to, which Lambda refuses, or none to another version."
  }
}

# Nothing of it waits for an apply where the versions are known.
run "the_same_once_more" {
  command = plan

  variables {
    functions = {
      create_item = { version_weights = { "7" = 0.9 } }
      get_items   = { version_weights = { "7" = 0.9 } }
    }
  }

  assert {
    condition     = { for key, alias in aws_lambda_alias.this : key => length(alias.routing_config) } == { create_item = 0, get_items = 1 }
    error_message = "A plan does not know the weights."
  }
}

run "all_of_the_requests" {
  variables {
    functions = { get_items = { version_weights = { "7" = 1 } } }
  }

  assert {
    condition     = aws_lambda_alias.this["get_items"].routing_config[0].additional_version_weights == tomap({ "7" = 1 })
    error_message = "The way back does not lead to the older version."
  }
}
