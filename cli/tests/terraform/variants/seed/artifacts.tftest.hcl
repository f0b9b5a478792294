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

# No zip is there, and nobody uploads one.
run "zips_that_are_in_the_bucket_already" {
  variables {
    artifacts_dir   = "listed"
    artifact_bucket = { name = "releases", key_prefix = "items/", upload = false }
  }

  assert {
    condition     = length(aws_s3_object.artifact) == 0 && alltrue([for function in aws_lambda_function.this : function.filename == null && function.s3_bucket == "releases"])
    error_message = "A zip is looked for on this machine."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.s3_key == "items/a-b_TImW-5JCeuQeRkm5NMpJWZG3hSuFU47DEQpj8HB.zip" && function.source_code_hash == "a+b/TImW+5JCeuQeRkm5NMpJWZG3hSuFU47DEQpj8HB="])
    error_message = "The zip is not the one that artifacts.json says."
  }
}

run "zips_that_nothing_lists" {
  command = plan

  variables {
    artifacts_dir   = "folders/incomplete"
    artifact_bucket = { name = "releases", upload = false }
  }

  expect_failures = [aws_lambda_function.this]
}

run "zips_that_the_listing_of_another_api_is_for" {
  command = plan

  variables {
    artifacts_dir   = "folders/of_another_api"
    artifact_bucket = { name = "releases", upload = false }
  }

  expect_failures = [aws_lambda_function.this]
}

run "zips_in_the_bucket_that_are_for_other_routes" {
  command = plan

  variables {
    artifacts_dir   = "folders/of_other_routes"
    artifact_bucket = { name = "releases", upload = false }
  }

  expect_failures = [aws_lambda_function.this]
}

run "encryption_of_uploads_that_there_are_not" {
  command = plan

  variables {
    artifacts_dir   = "listed"
    artifact_bucket = { name = "releases", upload = false, server_side_encryption = "AES256" }
  }

  expect_failures = [var.artifact_bucket]
}
