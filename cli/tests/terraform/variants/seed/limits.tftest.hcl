# Up to the last character or byte that AWS takes, and one beyond.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "a_line_of_the_access_log_of_3072_bytes" {
  variables {
    access_log_fields = { aa = format("%02443d", 0) }
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.this.access_log_settings[0].format) == 3072
    error_message = "The line is another one than this is about."
  }
}

run "bytes_and_not_letters_of_the_access_log" {
  command = plan

  variables {
    access_log_fields = { aa = replace(format("%01222d", 0), "0", "é") }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

# White space does not count: one grant is nothing but that, and two braces.
run "policies_of_10240_characters" {
  variables {
    functions = {
      get_items = {
        policies = {
          a = "{${replace(format("%05000d", 0), "0", " ")}}"
          b = jsonencode({ x = format("%010006d", 0) })
        }
      }
    }
  }

  assert {
    condition     = length(aws_iam_role_policy.function["get_items"].policy) + 2 + length(aws_iam_role_policy.grant["get_items/b"].policy) == 10240
    error_message = "The policies are others than this is about."
  }
}

run "policies_of_10241_characters" {
  command = plan

  variables {
    functions = {
      get_items = {
        policies = {
          a = "{${replace(format("%05000d", 0), "0", " ")}}"
          b = jsonencode({ x = format("%010007d", 0) })
        }
      }
    }
  }

  expect_failures = [aws_iam_role_policy.function["get_items"]]
}
