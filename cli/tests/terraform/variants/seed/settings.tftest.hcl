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

# The state of the run above, with its names left out again.
run "another_name" {
  assert {
    condition     = aws_apigatewayv2_api.this.name == "items" && aws_cognito_user_pool_client.this["cognito"].name == "items" && aws_cognito_user_pool_domain.this["cognito"].domain == "items-123456789012"
    error_message = "The API, the client or the domain keep the name that they had."
  }

  assert {
    condition     = aws_cognito_user_pool.this["cognito"].name == "items-staging"
    error_message = "The user pool is renamed, and so replaced: its users and clients are lost."
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

run "a_plan_shows_no_value_of_the_environment" {
  command = plan

  variables {
    environment = { TABLE = "items" }
    functions   = { get_items = { environment = { LOG_LEVEL = "debug" } } }
  }

  assert {
    condition     = alltrue(flatten([for function in aws_lambda_function.this : [for value in values(nonsensitive(function.environment[0].variables)) : issensitive(value)]]))
    error_message = "A value of an environment variable would be printed."
  }

  assert {
    condition     = !issensitive(keys(aws_lambda_function.this["get_items"].environment[0].variables)) && keys(aws_lambda_function.this["get_items"].environment[0].variables) == tolist(["LOG_LEVEL", "TABLE"])
    error_message = "The names of environment variables cannot be seen."
  }
}

# With {"AA":"…"} around it, as much as Lambda takes. In Terraform's JSON an ampersand is six bytes.
run "exactly_4_KB_of_environment" {
  command = plan

  variables {
    functions = {
      create_item = { environment = { AA = "<>&${join("", [for i in range(1021) : "<&&>"])}" } }
      get_items   = { environment = { AA = join("", [for i in range(1021) : "\\\\"]) } }
    }
  }

  assert {
    condition     = length(aws_lambda_function.this["create_item"].environment[0].variables["AA"]) == 4087
    error_message = "The environment does not reach the function."
  }
}

run "single_functions" {
  variables {
    layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:common:1"]
    functions = {
      get_items = {
        memory_size                    = 512
        timeout                        = 29
        ephemeral_storage              = 1024
        layers                         = ["arn:aws:lambda:eu-central-1:123456789012:layer:own:1"]
        reserved_concurrent_executions = 5
      }
    }
  }

  assert {
    condition     = aws_lambda_function.this["get_items"].memory_size == 512 && aws_lambda_function.this["get_items"].timeout == 29 && aws_lambda_function.this["get_items"].ephemeral_storage[0].size == 1024 && aws_lambda_function.this["get_items"].reserved_concurrent_executions == 5
    error_message = "A setting of one function does not reach it."
  }

  assert {
    condition     = aws_lambda_function.this["get_items"].layers == tolist(["arn:aws:lambda:eu-central-1:123456789012:layer:own:1", "arn:aws:lambda:eu-central-1:123456789012:layer:common:1"])
    error_message = "A function's own layers do not come before the common ones."
  }

  assert {
    condition     = aws_lambda_function.this["create_item"].memory_size == 128 && aws_lambda_function.this["create_item"].timeout == 10 && aws_lambda_function.this["create_item"].ephemeral_storage[0].size == 512 && aws_lambda_function.this["create_item"].reserved_concurrent_executions == -1 && length(aws_lambda_function.this["create_item"].layers) == 1
    error_message = "A function without settings of its own is not as the code says."
  }
}

run "grants" {
  variables {
    functions = {
      get_items = {
        policies    = { read_table = jsonencode({ Version = "2012-10-17", Statement = [] }) }
        policy_arns = { insights = "arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy" }
      }
    }
  }

  assert {
    condition     = { for key, policy in aws_iam_role_policy.grant : key => [policy.role, policy.name] } == { "get_items/read_table" = ["items-get-items", "read_table"] }
    error_message = "The grant is not the one function's."
  }

  assert {
    condition     = { for key, attachment in aws_iam_role_policy_attachment.grant : key => [attachment.role, attachment.policy_arn] } == { "get_items/insights" = ["items-get-items", "arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy"] }
    error_message = "The managed policy is not the one function's."
  }
}

run "a_role_that_exists" {
  variables {
    functions = { get_items = { create_role = false, role_arn = "arn:aws:iam::123456789012:role/theirs" } }
  }

  assert {
    condition     = keys(aws_iam_role.function) == ["create_item"] && keys(aws_iam_role_policy.function) == ["create_item"] && aws_lambda_function.this["get_items"].role == "arn:aws:iam::123456789012:role/theirs"
    error_message = "The module makes a role that is not asked for, or the function does not run under the one that is."
  }

  assert {
    condition     = output.role_arns["get_items"] == "arn:aws:iam::123456789012:role/theirs" && keys(output.role_names) == ["create_item"]
    error_message = "The outputs do not tell the roles."
  }
}

run "artifacts_by_bucket" {
  variables {
    artifact_bucket = { name = "my-artifacts", key_prefix = "items/" }
    tags            = { for number in range(11) : "tag${number}" => "one more than S3 takes for an object" }
  }

  assert {
    condition     = alltrue([for object in aws_s3_object.artifact : object.tags == null && length(object.override_provider[0].default_tags[0].tags) == 0])
    error_message = "A zip in the bucket has tags, and S3 takes 10."
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.this : function.filename == null && function.s3_bucket == "my-artifacts" && function.s3_key == aws_s3_object.artifact[key].key && function.source_code_hash == filebase64sha256(aws_s3_object.artifact[key].source)])
    error_message = "A function does not take its zip from the bucket."
  }

  assert {
    condition     = aws_s3_object.artifact["get_items"].key == "items/items-get-items/${filesha256("artifacts/get-items.zip")}.zip"
    error_message = "The key does not hold the hash, so that a new zip would take the old one's place before the function does."
  }
}

run "an_alias" {
  variables {
    alias = "live"
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.this : function.publish && aws_lambda_alias.this[key].name == "live" && aws_lambda_alias.this[key].function_version == function.version && aws_apigatewayv2_integration.this[key].integration_uri == aws_lambda_alias.this[key].invoke_arn && aws_lambda_permission.api[key].qualifier == "live"])
    error_message = "The API does not call the alias of the newest version, or may not."
  }
}

run "a_canary" {
  variables {
    alias     = "live"
    functions = { get_items = { version_weights = { "7" = 0.9 } } }
  }

  assert {
    condition     = { for key, alias in aws_lambda_alias.this : key => [for routing in alias.routing_config : routing.additional_version_weights] } == { create_item = [], get_items = [tomap({ "7" = 0.9 })] }
    error_message = "The older version does not keep its share, or another function's has one."
  }

  assert {
    condition     = output.function_versions == { for key, function in aws_lambda_function.this : key => function.version }
    error_message = "The outputs do not tell the newest versions."
  }

  assert {
    condition     = output.alias_arns == { for key, alias in aws_lambda_alias.this : key => alias.arn } && length(output.alias_arns) == 2
    error_message = "The outputs do not tell the aliases."
  }
}

run "keys_of_the_owner" {
  variables {
    environment     = { TABLE = "items" }
    kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/functions"
    log_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/logs"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.kms_key_arn == "arn:aws:kms:eu-central-1:123456789012:key/functions"]) && alltrue([for group in concat([aws_cloudwatch_log_group.access], values(aws_cloudwatch_log_group.function)) : group.kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/logs"])
    error_message = "A function or a log group does not use the key."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.function["get_items"].policy).Statement[1] == {
      Sid       = "DecryptEnvironment"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = "arn:aws:kms:eu-central-1:123456789012:key/functions"
      Condition = { StringLike = { "kms:EncryptionContext:aws:lambda:FunctionArn" = ["arn:aws:lambda:eu-central-1:123456789012:function:items-get-items", "arn:aws:lambda:eu-central-1:123456789012:function:items-get-items:*"] } }
    }
    error_message = "A function cannot read its own environment, or can read what else the key encrypts."
  }
}

# Lambda would not keep it, so that each plan would set it again.
run "a_key_for_a_function_without_variables" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/functions"
    functions   = { get_items = { environment = { TABLE = "items" } } }
  }

  assert {
    condition     = aws_lambda_function.this["create_item"].kms_key_arn == null && aws_lambda_function.this["get_items"].kms_key_arn == "arn:aws:kms:eu-central-1:123456789012:key/functions"
    error_message = "A function without variables has a key, or the one with a variable has none."
  }

  assert {
    condition     = { for key, policy in aws_iam_role_policy.function : key => [for statement in jsondecode(policy.policy).Statement : statement.Sid] } == { create_item = ["WriteOwnLogs"], get_items = ["WriteOwnLogs", "DecryptEnvironment"] }
    error_message = "A role may use a key that its function does not have, or not the one that it has."
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
    condition     = jsondecode(aws_iam_role_policy.function["get_items"].policy).Statement[2].Condition.ArnLike["lambda:SourceFunctionArn"] == "arn:*:lambda:*:*:function:items-get-items"
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

run "single_routes" {
  variables {
    default_route_settings = { throttling_rate_limit = 50 }
    routes                 = { get_items = { throttling_burst_limit = 7, detailed_metrics_enabled = true } }
  }

  assert {
    condition     = [for settings in aws_apigatewayv2_stage.this.route_settings : [settings.route_key, tostring(settings.throttling_burst_limit), tostring(settings.throttling_rate_limit), tostring(settings.detailed_metrics_enabled)]] == [["GET /items", "7", "50", "true"]]
    error_message = "The settings of one route do not reach the stage, or what they leave out is not as for all."
  }
}

run "a_named_stage" {
  variables {
    stage_name  = "v1"
    description = "Items for everybody"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.name == "v1" && aws_apigatewayv2_api.this.description == "Items for everybody"
    error_message = "The stage has another name, or the API no description."
  }
}

run "a_domain" {
  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", mapping_key = "items", create_records = true, zone_id = "Z1" }
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].certificate_arn == "arn:aws:acm:eu-central-1:123456789012:certificate/a" && aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].security_policy == "TLS_1_2" && length(aws_apigatewayv2_domain_name.this["custom"].mutual_tls_authentication) == 0
    error_message = "The domain has not its certificate, or asks for one of the client."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.this["custom"].stage == aws_apigatewayv2_stage.this.id && aws_apigatewayv2_api_mapping.this["custom"].api_mapping_key == "items" && output.custom_domain_endpoint == "https://api.example.com/items"
    error_message = "The domain does not lead to the stage."
  }

  assert {
    condition     = { for key, record in aws_route53_record.this : key => [record.zone_id, record.name, record.type] } == { A = ["Z1", "api.example.com", "A"] } && aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].ip_address_type == "ipv4"
    error_message = "The name does not point to the API, or to IPv6 addresses that it does not have."
  }
}

run "a_domain_with_IPv6" {
  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", create_records = true, zone_id = "Z1", ip_address_type = "dualstack" }
  }

  assert {
    condition     = { for key, record in aws_route53_record.this : key => [record.zone_id, record.name, record.type] } == { A = ["Z1", "api.example.com", "A"], AAAA = ["Z1", "api.example.com", "AAAA"] } && aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].ip_address_type == "dualstack"
    error_message = "The domain does not answer at IPv6, or its name does not point there."
  }
}

run "a_domain_that_exists" {
  variables {
    disable_execute_api_endpoint = true
    custom_domain                = { name = "api.example.com", create = false, mapping_key = "items" }
  }

  assert {
    condition     = length(aws_apigatewayv2_domain_name.this) + length(aws_route53_record.this) == 0 && output.custom_domain_target == null
    error_message = "The domain of somebody else is made again."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.this["custom"].domain_name == "api.example.com" && aws_apigatewayv2_api_mapping.this["custom"].api_mapping_key == "items" && output.custom_domain_endpoint == "https://api.example.com/items" && aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "The API does not hang under the domain alone."
  }
}

run "mutual_tls" {
  variables {
    disable_execute_api_endpoint = true
    custom_domain                = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a", mutual_tls = { truststore_uri = "s3://trust/ca.pem", truststore_version = "v1" } }
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this["custom"].mutual_tls_authentication[0].truststore_uri == "s3://trust/ca.pem" && aws_apigatewayv2_domain_name.this["custom"].mutual_tls_authentication[0].truststore_version == "v1" && aws_apigatewayv2_api.this.disable_execute_api_endpoint && length(aws_route53_record.this) == 0 && output.custom_domain_endpoint == "https://api.example.com" && output.api_endpoint == null
    error_message = "A client gets in without a certificate."
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

run "people" {
  variables {
    cognito_user_client = { callback_urls = ["https://app.example.com/back"], logout_urls = ["https://app.example.com"] }
  }

  assert {
    condition     = aws_cognito_user_pool_client.users["cognito"].allowed_oauth_flows == toset(["code"]) && aws_cognito_user_pool_client.users["cognito"].allowed_oauth_scopes == toset(["openid", "items/read", "items/write"]) && aws_cognito_user_pool_client.users["cognito"].callback_urls == toset(["https://app.example.com/back"]) && !aws_cognito_user_pool_client.users["cognito"].generate_secret
    error_message = "The client is not one for people who sign in on Cognito's pages."
  }

  # As long as Cognito's own defaults, and always said.
  assert {
    condition     = [for client in [aws_cognito_user_pool_client.this["cognito"], aws_cognito_user_pool_client.users["cognito"]] : [client.access_token_validity, client.id_token_validity, client.refresh_token_validity]] == [[60, 60, 720], [60, 60, 720]]
    error_message = "Tokens are good for another time than Cognito's default."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].audience == toset([aws_cognito_user_pool_client.this["cognito"].id, aws_cognito_user_pool_client.users["cognito"].id])
    error_message = "The authorizer does not take the tokens of both clients."
  }

  assert {
    condition     = output.user_client_id == aws_cognito_user_pool_client.users["cognito"].id && output.authorize_endpoint == "https://items-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/authorize"
    error_message = "The outputs do not tell where people sign in."
  }
}

run "how_long_tokens_are_good" {
  variables {
    cognito_access_token_minutes = 5
    cognito_user_client          = { callback_urls = ["https://app.example.com/back"], access_token_minutes = 15, id_token_minutes = 1440, refresh_token_hours = 24 }
  }

  assert {
    condition     = [for client in [aws_cognito_user_pool_client.this["cognito"], aws_cognito_user_pool_client.users["cognito"]] : [client.access_token_validity, client.id_token_validity, client.refresh_token_validity]] == [[5, 60, 720], [15, 1440, 24]]
    error_message = "A token is good for another time than the caller says."
  }

  assert {
    condition     = alltrue([for client in [aws_cognito_user_pool_client.this["cognito"], aws_cognito_user_pool_client.users["cognito"]] : client.token_validity_units[0].access_token == "minutes" && client.token_validity_units[0].id_token == "minutes" && client.token_validity_units[0].refresh_token == "hours"])
    error_message = "A time is counted in other units."
  }
}

run "the_second_factor_of_people" {
  variables {
    cognito_user_client = { callback_urls = ["https://app.example.com/back"] }
  }

  assert {
    condition     = aws_cognito_user_pool.this["cognito"].mfa_configuration == "OPTIONAL" && aws_cognito_user_pool.this["cognito"].software_token_mfa_configuration[0].enabled
    error_message = "People cannot set up a second factor."
  }

  assert {
    condition     = length(aws_cognito_user_pool.this["cognito"].user_pool_add_ons) == 0
    error_message = "Threat protection, which costs, is on without being asked for."
  }
}

run "a_second_factor_for_everybody_and_threat_protection" {
  variables {
    cognito_mfa               = "ON"
    cognito_threat_protection = "ENFORCED"
    cognito_user_pool_tier    = "PLUS"
  }

  assert {
    condition     = aws_cognito_user_pool.this["cognito"].mfa_configuration == "ON" && aws_cognito_user_pool.this["cognito"].user_pool_add_ons[0].advanced_security_mode == "ENFORCED" && aws_cognito_user_pool.this["cognito"].user_pool_tier == "PLUS"
    error_message = "The pool is not protected as it was told."
  }
}

run "a_pool_of_machines_alone" {
  assert {
    condition     = aws_cognito_user_pool.this["cognito"].mfa_configuration == "OFF" && length(aws_cognito_user_pool.this["cognito"].software_token_mfa_configuration) == 0
    error_message = "Machines are to have a second factor."
  }
}

run "all_origins_of_a_scheme" {
  variables {
    cors = { allow_origins = ["https://*", "http://localhost:5173"] }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://*", "http://localhost:5173"]) && !aws_apigatewayv2_api.this.cors_configuration[0].allow_credentials
    error_message = "A form of an origin that API Gateway takes does not reach it."
  }
}

run "a_pool_that_exists" {
  variables {
    cognito_user_pool = { id = "eu-west-1_Theirs", client_ids = ["a", "b"] }
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) + length(aws_cognito_user_pool_domain.this) + length(aws_cognito_user_pool_client.this) + length(aws_cognito_resource_server.this) + length(data.aws_caller_identity.current) == 0
    error_message = "Something of Cognito is made beside the pool that exists."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Theirs" && aws_apigatewayv2_authorizer.this["cognito"].jwt_configuration[0].audience == toset(["a", "b"])
    error_message = "The authorizer does not trust the pool, or not its clients."
  }

  assert {
    condition     = output.user_pool_id == "eu-west-1_Theirs" && output.token_endpoint == null && output.client_id == null && output.authorize_endpoint == null && output.user_pool_arn == null
    error_message = "The outputs are not those of the pool that exists."
  }
}

run "scopes_in_a_pool_that_exists" {
  variables {
    cognito_user_pool = { id = "eu-west-1_Theirs", client_ids = ["a"], create_resource_servers = true }
  }

  assert {
    condition     = { for key, server in aws_cognito_resource_server.this : key => [server.user_pool_id, length(server.scope)] } == { items = ["eu-west-1_Theirs", 2] }
    error_message = "The routes' scopes are not in the pool."
  }
}

run "logs_tracing_and_vpc_of_single_functions" {
  variables {
    logging           = { application_level = "WARN" }
    access_log_fields = { stage = "$context.stage", path = "$context.http.path" }
    functions = {
      get_items = {
        vpc                = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
        tracing_mode       = "Active"
        logging            = { format = "Text" }
        log_retention_days = 7
      }
    }
  }

  assert {
    condition     = aws_lambda_function.this["create_item"].logging_config[0].log_format == "JSON" && aws_lambda_function.this["create_item"].logging_config[0].application_log_level == "WARN" && aws_lambda_function.this["get_items"].logging_config[0].log_format == "Text"
    error_message = "A function does not log as it was told."
  }

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.function : key => group.retention_in_days } == { create_item = 365, get_items = 7 }
    error_message = "A log is not kept for its own time."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.this : key => [function.tracing_config[0].mode, length(function.vpc_config)] } == { create_item = ["PassThrough", 0], get_items = ["Active", 1] }
    error_message = "Tracing or VPC of one function are not its own."
  }

  assert {
    condition     = { for key, policy in aws_iam_role_policy.function : key => [for statement in jsondecode(policy.policy).Statement : statement.Sid] } == { create_item = ["WriteOwnLogs"], get_items = ["WriteOwnLogs", "AttachToVpc", "KeepCodeOffTheVpc", "WriteTraces"] }
    error_message = "A role does not fit its function's VPC and tracing."
  }

  assert {
    condition     = jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format).stage == "$context.stage" && jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format).path == "$context.http.path" && jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format).status == "$context.status"
    error_message = "The access log does not have the fields that were asked for beside its own."
  }
}

run "provisioned_concurrency" {
  variables {
    alias     = "live"
    functions = { get_items = { provisioned_concurrent_executions = 2 } }
  }

  assert {
    condition     = { for key, config in aws_lambda_provisioned_concurrency_config.this : key => [config.qualifier, config.provisioned_concurrent_executions] } == { get_items = ["live", 2] }
    error_message = "The function has no execution environments of its own, or the other one has."
  }
}

run "roles_by_default" {
  variables {
    function_name_prefix = "staging-"
  }

  assert {
    condition     = { for key, role in aws_iam_role.function : key => [role.name, role.path] } == { create_item = ["staging-create-item", "/"], get_items = ["staging-get-items", "/"] }
    error_message = "A role is not called as its function, under no path."
  }
}

run "roles_of_another_region" {
  variables {
    role_name_prefix = "us-east-1-"
    role_path        = "/app/"
  }

  assert {
    condition     = { for key, role in aws_iam_role.function : key => [role.name, role.path] } == { create_item = ["us-east-1-create-item", "/app/"], get_items = ["us-east-1-get-items", "/app/"] }
    error_message = "A role does not have the prefix and the path that it was given."
  }

  assert {
    condition     = output.function_names == { create_item = "items-create-item", get_items = "items-get-items" } && output.log_group_names == { create_item = "/aws/lambda/items-create-item", get_items = "/aws/lambda/items-get-items" }
    error_message = "The prefix of the roles is before the names of functions or log groups too."
  }
}

run "roles_without_the_prefix_of_the_functions" {
  variables {
    function_name_prefix = "staging-"
    role_name_prefix     = ""
  }

  assert {
    condition     = aws_iam_role.function["get_items"].name == "get-items" && output.function_names.get_items == "staging-get-items"
    error_message = "An empty prefix of the roles is taken for none."
  }
}

run "what_an_organisation_demands" {
  variables {
    code_signing_config_arn = "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-1"
    artifact_bucket         = { name = "zips", server_side_encryption = "aws:kms", kms_key_id = "arn:aws:kms:eu-central-1:123456789012:key/zips" }
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.code_signing_config_arn == "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-1"])
    error_message = "A function takes code without a signature."
  }

  assert {
    condition     = alltrue([for object in aws_s3_object.artifact : object.server_side_encryption == "aws:kms" && object.kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/zips"])
    error_message = "An artifact is not encrypted as the bucket demands."
  }
}

run "IPv6_in_and_out" {
  variables {
    ip_address_type = "dualstack"
    vpc             = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], ipv6_allowed_for_dual_stack = true }
    functions       = { get_items = { vpc = { subnet_ids = ["subnet-2"], security_group_ids = ["sg-2"] } } }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.ip_address_type == "dualstack" && { for key, function in aws_lambda_function.this : key => function.vpc_config[0].ipv6_allowed_for_dual_stack } == { create_item = true, get_items = false }
    error_message = "The API or a function is not in IPv6, or one is that was not to be."
  }
}

run "a_copy" {
  variables {
    copy = "staging"
  }

  assert {
    condition     = output.function_names == { create_item = "items-staging-create-item", get_items = "items-staging-get-items" } && output.role_names == output.function_names && aws_apigatewayv2_api.this.name == "items-staging" && output.access_log_group_name == "/aws/vendedlogs/apigateway/items-staging"
    error_message = "A name of the copy is that of the other one."
  }

  assert {
    condition     = output.token_endpoint == "https://items-staging-123456789012.auth.eu-central-1.amazoncognito.com/oauth2/token"
    error_message = "The token endpoint of the copy is that of the other one."
  }
}

# Under another name the functions stay: a prefix that followed it would make them anew.
run "an_API_with_another_name" {
  variables {
    name = "goods"
  }

  assert {
    condition     = output.function_names == { create_item = "items-create-item", get_items = "items-get-items" }
    error_message = "The functions follow the name of the API."
  }
}

run "a_copy_with_names_of_its_own" {
  variables {
    copy                 = "staging"
    name                 = "goods"
    function_name_prefix = ""
  }

  assert {
    condition     = output.function_names == { create_item = "create-item", get_items = "get-items" } && aws_apigatewayv2_api.this.name == "goods"
    error_message = "What a caller says of the names does not hold."
  }
}

run "logs_that_stay" {
  variables {
    keep_logs = true
  }

  assert {
    condition     = alltrue([for group in concat([aws_cloudwatch_log_group.access], values(aws_cloudwatch_log_group.function)) : group.skip_destroy])
    error_message = "A log group goes with what writes to it."
  }
}

run "logs_that_go" {
  assert {
    condition     = !anytrue([for group in concat([aws_cloudwatch_log_group.access], values(aws_cloudwatch_log_group.function)) : coalesce(group.skip_destroy, false)])
    error_message = "A log group stays, which nobody asked for."
  }
}

run "functions_that_have_left_their_vpc" {
  variables {
    leaving_vpc = true
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : length(function.vpc_config) == 0]) && alltrue([for policy in aws_iam_role_policy.function : contains([for statement in jsondecode(policy.policy).Statement : statement.Sid], "AttachToVpc") && contains([for statement in jsondecode(policy.policy).Statement : statement.Sid], "KeepCodeOffTheVpc")])
    error_message = "The roles may not remove the interfaces that are left, or the code may."
  }
}
