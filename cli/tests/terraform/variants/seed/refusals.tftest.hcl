# What the module refuses before anything is deployed. AWS, or nobody, would refuse it later.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  artifacts_dir = "artifacts"
}

run "a_missing_artifact" {
  command = plan

  variables {
    artifacts_dir = "no-such-folder"
  }

  expect_failures = [
    aws_lambda_function.this["create_item"],
    aws_lambda_function.this["get_items"],
  ]
}

run "an_empty_artifacts_dir" {
  command = plan

  variables {
    artifacts_dir = ""
  }

  expect_failures = [var.artifacts_dir]
}

run "a_name_with_a_space" {
  command = plan

  variables {
    name = "my items"
  }

  expect_failures = [var.name]
}

run "a_prefix_with_a_dot" {
  command = plan

  variables {
    function_name_prefix = "v1.2-"
  }

  expect_failures = [var.function_name_prefix]
}

# 54 characters are 65 with "create-item", one more than Lambda takes, and 63 with "get-items".
run "a_function_name_of_65_characters" {
  command = plan

  variables {
    function_name_prefix = "a-prefix-of-fifty-four-characters-which-is-too-long---"
  }

  expect_failures = [aws_iam_role.function["create_item"]]
}

run "a_reserved_environment_name" {
  command = plan

  variables {
    environment = { AWS_REGION = "eu-central-1" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_that_starts_with_a_digit" {
  command = plan

  variables {
    environment = { "1bad" = "x" }
  }

  expect_failures = [var.environment]
}

run "a_reserved_name_in_one_function" {
  command = plan

  variables {
    functions = { get_items = { environment = { LAMBDA_TASK_ROOT = "/" } } }
  }

  expect_failures = [var.functions]
}

run "a_bad_name_in_one_function" {
  command = plan

  variables {
    functions = { get_items = { environment = { "A-B" = "x" } } }
  }

  expect_failures = [var.functions]
}

run "settings_for_a_function_that_does_not_exist" {
  command = plan

  variables {
    functions = { get_item = { environment = { TABLE = "items" } } }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "more_than_4_KB_of_environment" {
  command = plan

  variables {
    functions = { get_items = { environment = { LONG = join("", [for i in range(1024) : "four"]) } } }
  }

  expect_failures = [aws_lambda_function.this["get_items"]]
}

# With {"AA":"…"} around it, 4,087 bytes are the most for one value.
run "one_byte_more_than_4_KB_of_environment" {
  command = plan

  variables {
    functions = { get_items = { environment = { AA = join("", [for i in range(1022) : "four"]) } } }
  }

  expect_failures = [aws_lambda_function.this["get_items"]]
}

run "memory_that_Lambda_does_not_have" {
  command = plan

  variables {
    functions = { get_items = { memory_size = 10241 } }
  }

  expect_failures = [var.functions]
}

run "a_timeout_after_which_the_API_has_given_up" {
  command = plan

  variables {
    functions = { get_items = { timeout = 31 } }
  }

  expect_failures = [aws_apigatewayv2_integration.this["get_items"]]
}

run "a_timeout_that_Lambda_does_not_have" {
  command = plan

  variables {
    functions = { get_items = { timeout = 901 } }
  }

  expect_failures = [var.functions]
}

run "a_small_tmp" {
  command = plan

  variables {
    functions = { get_items = { ephemeral_storage = 511 } }
  }

  expect_failures = [var.functions]
}

run "less_than_no_reservation" {
  command = plan

  variables {
    functions = { get_items = { reserved_concurrent_executions = -2 } }
  }

  expect_failures = [var.functions]
}

run "grants_for_a_role_of_somebody_else" {
  command = plan

  variables {
    functions = { get_items = { create_role = false, role_arn = "arn:aws:iam::123456789012:role/theirs", policies = { a = "{}" } } }
  }

  expect_failures = [var.functions]
}

run "a_grant_in_place_of_the_own_policy_of_the_role" {
  command = plan

  variables {
    functions = { get_items = { policies = { routegen = "{}" } } }
  }

  expect_failures = [var.functions]
}

run "no_role_at_all" {
  command = plan

  variables {
    functions = { get_items = { create_role = false } }
  }

  expect_failures = [var.functions]
}

run "a_role_that_exists_beside_one_that_is_made" {
  command = plan

  variables {
    functions = { get_items = { role_arn = "arn:aws:iam::123456789012:role/theirs" } }
  }

  expect_failures = [var.functions]
}

run "six_layers" {
  command = plan

  variables {
    layers    = [for i in range(4) : "arn:aws:lambda:eu-central-1:123456789012:layer:common:${i + 1}"]
    functions = { get_items = { layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:a:1", "arn:aws:lambda:eu-central-1:123456789012:layer:b:1"] } }
  }

  expect_failures = [aws_lambda_function.this["get_items"]]
}

run "an_alias_that_is_a_number" {
  command = plan

  variables {
    alias = "7"
  }

  expect_failures = [var.alias]
}

run "a_vpc_without_security_groups" {
  command = plan

  variables {
    vpc = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }

  expect_failures = [var.vpc]
}

run "an_unknown_tracing_mode" {
  command = plan

  variables {
    tracing_mode = "active"
  }

  expect_failures = [var.tracing_mode]
}

run "cors_with_credentials_for_everybody" {
  command = plan

  variables {
    cors = { allow_origins = ["*"], allow_credentials = true }
  }

  expect_failures = [var.cors]
}

run "cors_with_credentials_for_every_site_with_https" {
  command = plan

  variables {
    cors = { allow_origins = ["https://app.example.com", "https://*"], allow_credentials = true }
  }

  expect_failures = [var.cors]
}

run "cors_with_credentials_for_every_site_without_https" {
  command = plan

  variables {
    cors = { allow_origins = ["http://*"], allow_credentials = true }
  }

  expect_failures = [var.cors]
}

run "a_wildcard_in_an_origin_that_API_Gateway_would_take_for_a_letter" {
  command = plan

  variables {
    cors = { allow_origins = ["https://*.example.com"] }
  }

  expect_failures = [var.cors]
}

run "cors_with_credentials_and_every_header" {
  command = plan

  variables {
    cors = { allow_origins = ["https://app.example.com"], allow_headers = ["*"], allow_credentials = true }
  }

  expect_failures = [var.cors]
}

run "cors_without_an_origin" {
  command = plan

  variables {
    cors = { allow_origins = [] }
  }

  expect_failures = [var.cors]
}

run "an_origin_without_a_scheme" {
  command = plan

  variables {
    cors = { allow_origins = ["app.example.com"] }
  }

  expect_failures = [var.cors]
}

run "an_origin_with_a_slash_at_its_end" {
  command = plan

  variables {
    cors = { allow_origins = ["https://*", "https://app.example.com/"] }
  }

  expect_failures = [var.cors]
}

run "cors_kept_for_more_than_a_day" {
  command = plan

  variables {
    cors = { allow_origins = ["*"], max_age = 86401 }
  }

  expect_failures = [var.cors]
}

run "a_throttle_of_zero" {
  command = plan

  variables {
    default_route_settings = { throttling_rate_limit = 0 }
  }

  expect_failures = [var.default_route_settings]
}

run "a_burst_of_zero" {
  command = plan

  variables {
    default_route_settings = { throttling_burst_limit = 0 }
  }

  expect_failures = [var.default_route_settings]
}

run "settings_for_a_route_that_does_not_exist" {
  command = plan

  variables {
    routes = { get_item = { throttling_burst_limit = 1 } }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "a_route_that_always_answers_429" {
  command = plan

  variables {
    routes = { get_items = { throttling_burst_limit = 0 } }
  }

  expect_failures = [var.routes]
}

run "a_route_with_a_rate_of_zero" {
  command = plan

  variables {
    routes = { get_items = { throttling_rate_limit = 0 } }
  }

  expect_failures = [var.routes]
}

run "a_stage_with_a_space" {
  command = plan

  variables {
    stage_name = "bad stage!"
  }

  expect_failures = [var.stage_name]
}

run "a_domain_that_is_an_address" {
  command = plan

  variables {
    custom_domain = { name = "https://api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a" }
  }

  expect_failures = [var.custom_domain]
}

run "a_domain_without_a_certificate" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com" }
  }

  expect_failures = [var.custom_domain]
}

run "a_certificate_for_a_domain_that_exists" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", create = false, certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a" }
  }

  expect_failures = [var.custom_domain]
}

run "mutual_tls_for_a_domain_that_exists" {
  command = plan

  variables {
    disable_execute_api_endpoint = true
    custom_domain                = { name = "api.example.com", create = false, mutual_tls = { truststore_uri = "s3://trust/ca.pem", truststore_version = "v1" } }
  }

  expect_failures = [var.custom_domain]
}

run "records_for_a_domain_that_exists" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", create = false, create_records = true, zone_id = "Z1" }
  }

  expect_failures = [var.custom_domain]
}

run "records_without_a_zone" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", create_records = true }
  }

  expect_failures = [var.custom_domain]
}

run "a_truststore_that_is_a_file" {
  command = plan

  variables {
    disable_execute_api_endpoint = true
    custom_domain                = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", mutual_tls = { truststore_uri = "ca.pem", truststore_version = "v1" } }
  }

  expect_failures = [var.custom_domain]
}

run "mutual_tls_with_another_way_in" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", mutual_tls = { truststore_uri = "s3://trust/ca.pem", truststore_version = "v1" } }
  }

  expect_failures = [aws_apigatewayv2_domain_name.this["custom"]]
}

run "an_API_without_any_address" {
  command = plan

  variables {
    disable_execute_api_endpoint = true
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "a_retention_that_CloudWatch_does_not_know" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "a_domain_prefix_with_an_underscore" {
  command = plan

  variables {
    cognito_domain_prefix = "Bad_Domain"
  }

  expect_failures = [var.cognito_domain_prefix]
}

run "a_domain_prefix_with_a_name_of_Amazon" {
  command = plan

  variables {
    cognito_domain_prefix = "items-aws"
  }

  expect_failures = [var.cognito_domain_prefix]
}

run "an_API_name_that_makes_no_domain_prefix" {
  command = plan

  variables {
    name = "items-aws"
  }

  expect_failures = [aws_cognito_user_pool_domain.this["cognito"]]
}

run "fifty_additional_audiences" {
  command = plan

  variables {
    cognito_additional_audiences = [for i in range(50) : "client-${i}"]
  }

  expect_failures = [var.cognito_additional_audiences]
}

run "a_pool_that_is_no_pool" {
  command = plan

  variables {
    cognito_user_pool = { id = "items", client_ids = ["a"] }
  }

  expect_failures = [var.cognito_user_pool]
}

run "a_pool_without_clients" {
  command = plan

  variables {
    cognito_user_pool = { id = "eu-west-1_Theirs", client_ids = [] }
  }

  expect_failures = [var.cognito_user_pool]
}

run "people_who_cannot_come_back" {
  command = plan

  variables {
    cognito_user_client = { callback_urls = [] }
  }

  expect_failures = [var.cognito_user_client]
}

run "tokens_that_are_good_for_too_short" {
  command = plan

  variables {
    cognito_access_token_minutes = 4
    cognito_user_client          = { callback_urls = ["https://app.example.com"], id_token_minutes = 5.5 }
  }

  expect_failures = [var.cognito_access_token_minutes, var.cognito_user_client]
}

run "tokens_that_are_good_for_too_long" {
  command = plan

  variables {
    cognito_access_token_minutes = 1441
    cognito_user_client          = { callback_urls = ["https://app.example.com"], refresh_token_hours = 87601 }
  }

  expect_failures = [var.cognito_access_token_minutes, var.cognito_user_client]
}

run "tokens_that_outlive_the_sign_in" {
  command = plan

  variables {
    cognito_user_client = { callback_urls = ["https://app.example.com"], access_token_minutes = 61, refresh_token_hours = 1 }
  }

  expect_failures = [var.cognito_user_client]
}

run "a_name_that_is_too_long_for_a_client_for_people" {
  command = plan

  variables {
    name                  = join("", [for i in range(123) : "x"])
    cognito_domain_prefix = "items"
    cognito_user_client   = { callback_urls = ["https://app.example.com"] }
  }

  expect_failures = [aws_cognito_user_pool_client.users["cognito"]]
}

run "a_client_for_people_in_a_pool_of_somebody_else" {
  command = plan

  variables {
    cognito_user_pool   = { id = "eu-west-1_Theirs", client_ids = ["a"] }
    cognito_user_client = { callback_urls = ["https://app.example.com"] }
  }

  expect_failures = [aws_apigatewayv2_authorizer.this["cognito"]]
}

run "provisioned_concurrency_without_an_alias" {
  command = plan

  variables {
    functions = { get_items = { provisioned_concurrent_executions = 2 } }
  }

  expect_failures = [aws_lambda_provisioned_concurrency_config.this["get_items"]]
}

run "more_provisioned_than_reserved" {
  command = plan

  variables {
    alias     = "live"
    functions = { get_items = { reserved_concurrent_executions = 1, provisioned_concurrent_executions = 2 } }
  }

  expect_failures = [var.functions]
}

run "weights_without_an_alias" {
  command = plan

  variables {
    functions = { get_items = { version_weights = { "7" = 0.9 } } }
  }

  expect_failures = [aws_lambda_function.this["get_items"]]
}

run "a_weight_of_more_than_all" {
  command = plan

  variables {
    alias     = "live"
    functions = { get_items = { version_weights = { "7" = 90 } } }
  }

  expect_failures = [var.functions]
}

run "weights_of_two_versions" {
  command = plan

  variables {
    alias     = "live"
    functions = { get_items = { version_weights = { "6" = 0.1, "7" = 0.1 } } }
  }

  expect_failures = [var.functions]
}

run "a_log_level_in_text" {
  command = plan

  variables {
    logging = { format = "Text", application_level = "DEBUG" }
  }

  expect_failures = [var.logging]
}

run "a_log_level_of_one_function_that_is_none" {
  command = plan

  variables {
    functions = { get_items = { logging = { application_level = "LOUD" } } }
  }

  expect_failures = [var.functions]
}

run "an_unknown_second_factor" {
  command = plan

  variables {
    cognito_mfa = "on"
  }

  expect_failures = [var.cognito_mfa]
}

run "an_unknown_threat_protection" {
  command = plan

  variables {
    cognito_threat_protection = "ON"
  }

  expect_failures = [var.cognito_threat_protection]
}

run "an_unknown_plan_of_a_pool" {
  command = plan

  variables {
    cognito_user_pool_tier = "plus"
  }

  expect_failures = [var.cognito_user_pool_tier]
}

run "threat_protection_without_the_plan_that_has_it" {
  command = plan

  variables {
    cognito_threat_protection = "AUDIT"
  }

  expect_failures = [aws_cognito_user_pool.this["cognito"]]
}

run "a_domain_suffix_that_is_an_address" {
  command = plan

  variables {
    cognito_domain_suffix = "https://auth.example.com"
  }

  expect_failures = [var.cognito_domain_suffix]
}

run "a_domain_suffix_with_a_dot_in_front" {
  command = plan

  variables {
    cognito_domain_suffix = ".auth.example.com"
  }

  expect_failures = [var.cognito_domain_suffix]
}

run "a_role_prefix_with_a_slash" {
  command = plan

  variables {
    role_name_prefix = "app/"
  }

  expect_failures = [var.role_name_prefix]
}

# 54 characters are 65 with "create-item", one more than IAM takes, and 63 with "get-items".
run "a_role_name_of_65_characters" {
  command = plan

  variables {
    role_name_prefix = "a-prefix-of-fifty-four-characters-which-is-too-long---"
  }

  expect_failures = [aws_iam_role.function["create_item"]]
}

run "a_role_path_without_its_last_slash" {
  command = plan

  variables {
    role_path = "/app"
  }

  expect_failures = [var.role_path]
}

run "a_role_path_with_a_space" {
  command = plan

  variables {
    role_path = "/my app/"
  }

  expect_failures = [var.role_path]
}

run "a_truststore_whose_changes_are_not_taken" {
  command = plan

  variables {
    disable_execute_api_endpoint = true
    custom_domain                = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", mutual_tls = { truststore_uri = "s3://trust/ca.pem" } }
  }

  expect_failures = [var.custom_domain]
}

run "an_unknown_type_of_addresses" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", ip_address_type = "ipv6" }
  }

  expect_failures = [var.custom_domain]
}

run "IPv6_for_a_domain_that_exists" {
  command = plan

  variables {
    custom_domain = { name = "api.example.com", create = false, ip_address_type = "dualstack" }
  }

  expect_failures = [var.custom_domain]
}

run "weights_beside_provisioned_concurrency" {
  command = plan

  variables {
    alias     = "live"
    functions = { get_items = { provisioned_concurrent_executions = 2, version_weights = { "7" = 0.9 } } }
  }

  expect_failures = [var.functions]
}

run "a_weight_of_nothing_beside_provisioned_concurrency" {
  command = plan

  variables {
    alias     = "live"
    functions = { get_items = { provisioned_concurrent_executions = 1, version_weights = { "7" = 0 } } }
  }

  expect_failures = [var.functions]
}

run "a_grant_with_a_name_that_IAM_does_not_take" {
  command = plan

  variables {
    functions = { get_items = { policies = { "read items" = "{}" } } }
  }

  expect_failures = [var.functions]
}

run "a_grant_with_a_name_of_129_characters" {
  command = plan

  variables {
    functions = { get_items = { policies = { (join("", [for i in range(129) : "x"])) = "{}" } } }
  }

  expect_failures = [var.functions]
}

# 621 bytes are the module's own, and each field adds its name, its value and six bytes.
run "a_line_of_the_access_log_of_3073_bytes" {
  command = plan

  variables {
    access_log_fields = { aa = format("%02444d", 0) }
  }

  expect_failures = [aws_apigatewayv2_api.this]
}

run "an_unknown_encryption_of_artifacts" {
  command = plan

  variables {
    artifact_bucket = { name = "zips", server_side_encryption = "kms" }
  }

  expect_failures = [var.artifact_bucket]
}

run "a_key_for_artifacts_that_are_encrypted_without_one" {
  command = plan

  variables {
    artifact_bucket = { name = "zips", kms_key_id = "arn:aws:kms:eu-central-1:123456789012:key/zips" }
  }

  expect_failures = [var.artifact_bucket]
}

run "an_unknown_type_of_the_addresses_of_the_API" {
  command = plan

  variables {
    ip_address_type = "ipv6"
  }

  expect_failures = [var.ip_address_type]
}

run "a_copy_with_a_hyphen_at_its_end" {
  command = plan

  variables {
    copy = "staging-"
  }

  expect_failures = [var.copy]
}
