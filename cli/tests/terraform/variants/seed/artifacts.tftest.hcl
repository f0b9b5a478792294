# What artifacts.json says of the zips. They are empty, and one listing has another hash.

mock_provider "aws" {
  source = "./mocks"
}

run "as_listed" {
  command = plan

  variables {
    artifacts_dir = "folders/built"
  }
}

run "another_api_built_last" {
  command = plan

  variables {
    artifacts_dir = "folders/of_another_api"
  }
}

run "replaced" {
  command = plan

  variables {
    artifacts_dir = "folders/replaced"
  }

  expect_failures = [aws_lambda_function.this]
}

run "of_other_routes" {
  command = plan

  variables {
    artifacts_dir = "folders/of_other_routes"
  }

  expect_failures = [aws_lambda_function.this]
}

run "of_another_architecture" {
  command = plan

  variables {
    artifacts_dir = "folders/of_another_architecture"
  }

  expect_failures = [aws_lambda_function.this]
}

run "incomplete" {
  command = plan

  variables {
    artifacts_dir = "folders/incomplete"
  }

  expect_failures = [aws_lambda_function.this]
}
