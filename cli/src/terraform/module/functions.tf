# The routegen module: the Lambda functions, each with its own role, log group and permission.

locals {
  # For resources that every function has. Terraform evaluates and copies the whole `for_each` again for each
  # instance. With hundreds of functions only a map of strings is fast: the functions themselves are large to
  # copy, and a set is sorted each time.
  function_keys = tomap({ for key in keys(local.lambda_functions) : key => key })

  # "" is no prefix. The default is the API's name, because another API in the account may have a `health` too.
  function_name_prefix = var.function_name_prefix != null ? var.function_name_prefix : "${replace(join("-", compact([local.api_name, var.copy])), "/[^A-Za-z0-9_-]+/", "-")}-"

  # For functions without settings of the caller.
  no_settings = {
    environment                    = {}
    memory_size                    = null
    timeout                        = null
    ephemeral_storage              = null
    layers                         = []
    reserved_concurrent_executions = -1
    policies                       = {}
    policy_arns                    = {}
    create_role                    = true
    role_arn                       = null
    tracing_mode                   = null
    log_retention_days             = null
    vpc                            = null
    logging                        = null
    event_source_enabled           = null

    provisioned_concurrent_executions = 0
    version_weights                   = {}
  }

  # A plan shows the names of variables, but not their values: those for all functions, and those for one.
  environment = { for name in try(nonsensitive(keys(var.environment)), keys(var.environment)) : name => var.environment[name] }
  secrets     = { for key, settings in local.settings : key => { for name, value in settings.environment : name => sensitive(value) } }

  # No `try` here: it would make all values unknown if one is unknown before the apply.
  settings = { for key in keys(local.lambda_functions) : key => lookup(var.functions, key, local.no_settings) }

  # Separate from the rest, for queues, which functions refer to.
  timeouts = { for key, function in local.lambda_functions : key => coalesce(local.settings[key].timeout, function.timeout) }

  functions = {
    for key, function in local.lambda_functions : key => merge(function, local.settings[key], {
      name        = "${local.function_name_prefix}${function.name}"
      role_name   = "${var.role_name_prefix == null ? local.function_name_prefix : var.role_name_prefix}${function.name}"
      artifact    = "${var.artifacts_dir}/${function.artifact}"
      memory_size = coalesce(local.settings[key].memory_size, function.memory_size)
      timeout     = local.timeouts[key]
      environment = merge(local.resource_variables[key], local.environment, local.secrets[key])
      layers      = concat(local.settings[key].layers, var.layers)
      vpc         = local.settings[key].vpc == null ? var.vpc : local.settings[key].vpc
      logging     = local.settings[key].logging == null ? var.logging : local.settings[key].logging

      tracing_mode       = coalesce(local.settings[key].tracing_mode, var.tracing_mode)
      log_retention_days = coalesce(local.settings[key].log_retention_days, var.log_retention_days)
    })
  }

  # The list that `routegen build` writes beside the zips. Zips without it are used as they are. If the zips are on this
  # machine, only preconditions read the list, so a folder that is unknown before the apply makes nothing else unknown.
  listed = try({ for function in jsondecode(file("${var.artifacts_dir}/artifacts.json")).functions : function.key => function }, {})

  # Whether the zips are on this machine. Otherwise the release that wrote artifacts.json has put them into the bucket, each under its hash.
  has_zips = try(var.artifact_bucket.upload, true)

  # The hash of each zip, in Lambda's format, and the key of a zip that is in the bucket already: base64 for file names.
  hashes        = { for key, function in local.functions : key => local.has_zips ? try(filebase64sha256(function.artifact), null) : try(local.listed[key].sha256, null) }
  released_keys = { for key, hash in local.hashes : key => "${try(var.artifact_bucket.key_prefix, "")}${replace(replace(trimsuffix(coalesce(hash, "missing"), "="), "/", "_"), "+", "-")}.zip" }

  # The names of the variables that a function gets. Names are not secret even if their values are, and a message can contain
  # them only if they are marked as not sensitive.
  environment_names = {
    for key, function in local.functions :
    key => try(nonsensitive(keys(function.environment)), keys(function.environment))
  }

  # For a function without variables, Lambda does not keep the key, so the next plan would show a difference.
  kms_key_arns = { for key, names in local.environment_names : key => length(names) > 0 ? var.kms_key_arn : null }

  # Variables that the code needs and that are not set. A null value does not set a variable either, but some values are known
  # only during the apply, so there is a separate check.
  missing_names = { for key, function in local.functions : key => setsubtract(function.environment_names, local.environment_names[key]) }

  # Lambda measures the variables as one JSON string, in which &, < and > are single bytes. Terraform writes six bytes for
  # each, such as "\u0026". Escaped backslashes are replaced first, so that none of them begins such a sequence.
  environment_texts = {
    for key, function in local.functions :
    key => base64encode(replace(replace(jsonencode(function.environment), "\\\\", "--"), "/\\\\u(0026|003c|003e)/", "&"))
  }
  environment_bytes = { for key, text in local.environment_texts : key => length(text) * 3 / 4 - length(regexall("=", text)) }

  # The keys of the routes that lead to a function, counted once for all functions.
  routes_of_functions = { for key, route in local.lambda_routes : route.function => local.route_keys[key]... }

  # Two APIs may share a folder; its list is then that of the last build.
  is_listed = length(setintersection(keys(local.listed), keys(local.lambda_functions))) > 0

  # The functions whose role the module creates.
  own_roles = tomap({ for key, function in local.functions : key => key if function.create_role })

  # The functions with provisioned concurrency.
  provisioned = tomap({
    for key, function in local.functions :
    key => function.provisioned_concurrent_executions if function.provisioned_concurrent_executions > 0
  })

  role_arns = {
    for key, function in local.functions :
    key => function.create_role ? aws_iam_role.function[key].arn : function.role_arn
  }

  # Values that other resources refer to, collected once. Each reference to one instance makes Terraform read all of them,
  # which would take most of a plan's time with hundreds of functions. The same applies to `depends_on`: with a resource in
  # it, every instance depends on every instance, and Terraform follows all of these paths again and again.
  alias_names       = { for key, alias in aws_lambda_alias.this : key => alias.name }
  artifact_objects  = { for key, object in aws_s3_object.artifact : key => { bucket = object.bucket, key = object.key } }
  function_names    = { for key, function in aws_lambda_function.this : key => function.function_name }
  function_versions = { for key, function in aws_lambda_function.this : key => function.version }
  permission_ids    = { for key, permission in aws_lambda_permission.api : key => permission.id }
  role_names        = { for key, role in aws_iam_role.function : key => role.name }
  role_policy_ids   = { for key, policy in aws_iam_role_policy.function : key => policy.id }

  # One entry for each policy, by function and name. The caller sets the names, so they are known at plan
  # even if a document is not.
  policies = merge([
    for key in keys(local.own_roles) : {
      for name, document in local.functions[key].policies : "${key}/${name}" => { function = key, name = name, document = document }
    }
  ]...)
  policy_arns = merge([
    for key in keys(local.own_roles) : {
      for name, arn in local.functions[key].policy_arns : "${key}/${name}" => { function = key, arn = arn }
    }
  ]...)

  # The ARNs of a function and its log group, before they exist: the API's ARN has the partition, the region and the account. If a
  # role referred to the log group, it would become create_before_destroy, and its name would still be in use.
  of_account     = split(":", aws_apigatewayv2_api.this.execution_arn)
  function_arns  = { for key, function in local.functions : key => "arn:${local.of_account[1]}:lambda:${local.of_account[3]}:${local.of_account[4]}:function:${function.name}" }
  log_group_arns = { for key, function in local.functions : key => "arn:${local.of_account[1]}:logs:${local.of_account[3]}:${local.of_account[4]}:log-group:/aws/lambda/${function.name}" }

  # Where `aws lambda update-function-code` finds the code that a function should have.
  update_sources = {
    for key, function in local.functions : key => join(" ", compact([
      var.artifact_bucket == null ? "--zip-file fileb://${function.artifact}" : "--s3-bucket ${try(local.artifact_objects[key].bucket, var.artifact_bucket.name)} --s3-key ${try(local.artifact_objects[key].key, local.released_keys[key])}",
      var.alias == null ? "" : "--publish",
    ]))
  }

  # The partitions where Lambda has refused some settings of functions even at their defaults: there, unset settings
  # are omitted (terraform-aws-modules/terraform-aws-lambda#304, #539).
  leaves_defaults_out = contains(["aws-cn", "aws-us-gov"], data.aws_partition.current.partition)

  # What an integration calls, and what a permission is for.
  invoke_arns = {
    for key in keys(local.lambda_functions) :
    key => var.alias == null ? aws_lambda_function.this[key].invoke_arn : aws_lambda_alias.this[key].invoke_arn
  }

  # What Lambda needs to attach a function to a VPC. The interfaces do not exist yet
  # when the policy is written, and the two describe actions do not support resources.
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
  for_each = local.function_keys

  #checkov:skip=CKV_AWS_116:API Gateway waits for a function's response; failures of asynchronous invocations go to the destination of aws_lambda_function_event_invoke_config, which gets the response too
  #checkov:skip=CKV_AWS_272:Signing is a step between build and apply, by AWS Signer with a bucket of the account; the applied zip is compared with the hash in artifacts.json
  #checkov:skip=CKV_AWS_50:The variable tracing_mode sets it, or a function's own setting; a scanner cannot always follow that through the locals
  function_name = local.functions[each.key].name
  description   = local.functions[each.key].description
  role          = local.role_arns[each.key]
  tags          = var.tags

  # The artifact is a native binary: the runtime only provides an operating system, and starts `bootstrap`.
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [local.functions[each.key].architecture]
  memory_size   = local.functions[each.key].memory_size
  timeout       = local.functions[each.key].timeout
  layers        = local.functions[each.key].layers
  kms_key_arn   = local.kms_key_arns[each.key]
  publish       = var.alias != null

  code_signing_config_arn = var.code_signing_config_arn

  reserved_concurrent_executions = local.functions[each.key].reserved_concurrent_executions

  # Without the hash, a new zip under the old name would never be uploaded. The precondition below
  # reports a missing zip, and says what to do.
  filename         = var.artifact_bucket == null ? local.functions[each.key].artifact : null
  s3_bucket        = local.has_zips ? try(local.artifact_objects[each.key].bucket, null) : var.artifact_bucket.name
  s3_key           = local.has_zips ? try(local.artifact_objects[each.key].key, null) : local.released_keys[each.key]
  source_code_hash = local.hashes[each.key]

  # Elsewhere it is always set, so that a function that had more returns to 512.
  dynamic "ephemeral_storage" {
    for_each = local.functions[each.key].ephemeral_storage == null && local.leaves_defaults_out ? [] : [each.key]

    content {
      size = coalesce(local.functions[ephemeral_storage.value].ephemeral_storage, 512)
    }
  }

  dynamic "environment" {
    for_each = length(local.environment_names[each.key]) > 0 ? [each.key] : []

    content {
      variables = local.functions[environment.value].environment
    }
  }

  dynamic "vpc_config" {
    for_each = local.functions[each.key].vpc[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids

      ipv6_allowed_for_dual_stack = vpc_config.value.ipv6_allowed_for_dual_stack
    }
  }

  tracing_config {
    mode = local.functions[each.key].tracing_mode
  }

  dynamic "logging_config" {
    for_each = local.functions[each.key].logging[*]

    content {
      log_format            = logging_config.value.format
      application_log_level = logging_config.value.application_level
      system_log_level      = logging_config.value.system_level
    }
  }

  lifecycle {
    # If the module creates the role, its precondition reports this already.
    precondition {
      condition     = local.functions[each.key].create_role || can(regex("^[A-Za-z0-9_-]{1,64}$", local.functions[each.key].name))
      error_message = "The function name ${local.functions[each.key].name} has ${length(local.functions[each.key].name)} characters. Lambda allows 1 to 64 letters, digits, hyphens and underscores: shorten function_name_prefix, or give the route a shorter name."
    }

    precondition {
      condition     = !local.has_zips || try(fileexists(local.functions[each.key].artifact), false)
      error_message = "There is no artifact at ${local.functions[each.key].artifact}: run `routegen build`, or set artifacts_dir to the folder that it writes to."
    }

    precondition {
      condition     = local.has_zips || local.hashes[each.key] != null
      error_message = "artifact_bucket.upload is false, so artifacts.json must name the zip of the function ${each.key}: ${var.artifacts_dir}/artifacts.json is missing, or belongs to another API. Use the one that was written with the zips."
    }

    precondition {
      condition     = try(local.listed[each.key].sha256 == local.hashes[each.key], true)
      error_message = "The artifact at ${local.functions[each.key].artifact} is not the one that artifacts.json beside it describes: run `routegen build`."
    }

    precondition {
      condition = !local.is_listed || try(
        local.listed[each.key].architecture == local.functions[each.key].architecture &&
        sort(local.listed[each.key].routes) == sort(lookup(local.routes_of_functions, each.key, [])),
        false,
      )
      error_message = "The artifact of the function ${each.key} is not built for the routes and the architecture that locals.tf gives it, as artifacts.json in ${var.artifacts_dir} shows: run `routegen build`, or `routegen emit-tf` if locals.tf is older."
    }

    precondition {
      condition     = length(local.functions[each.key].layers) <= 5
      error_message = "The function ${each.key} has ${length(local.functions[each.key].layers)} layers, its own and the common ones together, and Lambda allows 5."
    }

    precondition {
      condition     = length(local.missing_resources[each.key]) == 0
      error_message = "The code of the function ${each.key} uses resources that the variable resources does not have: ${join(", ", local.missing_resources[each.key])}. Write resources = { ${join(", ", [for name in local.missing_resources[each.key] : "${name} = { ${join(", ", [for attribute in local.needs[each.key][name] : "${attribute} = \"...\""])} }"])} }."
    }

    precondition {
      condition     = alltrue(flatten([for name, attributes in local.needs[each.key] : [for attribute in attributes : local.resources[name][attribute] != null] if contains(keys(var.resources), name)]))
      error_message = "The variable resources lacks attributes that the code of the function ${each.key} needs. It needs: ${join("; ", [for name, attributes in local.needs[each.key] : "${name} with ${join(" and ", attributes)}"])}."
    }

    precondition {
      condition     = length(local.missing_names[each.key]) == 0
      error_message = "The code of the function ${each.key} needs environment variables that have no value: ${join(", ", local.missing_names[each.key])}. Set them in the variable environment for every function, or in functions.${each.key}.environment."
    }

    precondition {
      condition     = alltrue([for name in local.functions[each.key].environment_names : lookup(local.functions[each.key].environment, name, "") != null])
      error_message = "The code of the function ${each.key} needs environment variables, and one of them is null, so the function would not get it. It needs: ${join(", ", local.functions[each.key].environment_names)}."
    }

    precondition {
      condition     = var.alias != null || length(local.functions[each.key].version_weights) == 0
      error_message = "The function ${each.key} has version_weights, which belong to an alias: set the variable alias."
    }

    precondition {
      condition     = local.environment_bytes[each.key] <= 4096
      error_message = "The environment variables of the function ${each.key} exceed the 4 KB that Lambda allows."
    }

    # After a failed update of the code, the state has the new hash, and the provider finds no difference from then on. So the
    # deployed code is compared here: immediately if no change is planned, and otherwise after the change, while
    # `last_modified` is unknown. Releases of the provider in which `code_sha256` can be set are too new to require.
    postcondition {
      condition     = try(length(self.code_sha256) != 44 || self.code_sha256 == coalesce(local.hashes[each.key], self.code_sha256), true) || self.last_modified == ""
      error_message = "The function ${self.function_name} runs other code than ${local.has_zips ? local.functions[each.key].artifact : local.released_keys[each.key]}: the last update of its code failed, or someone has changed it since. Terraform would not notice. Update it by `aws lambda update-function-code --function-name ${self.function_name} ${local.update_sources[each.key]}`, then apply again; or build another zip."
    }
  }

  # The policy must exist before Lambda checks it for the VPC and for tracing.
  depends_on = [local.role_policy_ids]
}

# The key contains the content's hash. So a new zip is a new object, which is created before its function
# uses it, and the old one is deleted after that.
resource "aws_s3_object" "artifact" {
  for_each = var.artifact_bucket != null && local.has_zips ? local.function_keys : {}

  bucket = var.artifact_bucket.name
  key    = "${var.artifact_bucket.key_prefix}${local.functions[each.key].name}/${try(filesha256(local.functions[each.key].artifact), "missing")}.zip"
  source = local.functions[each.key].artifact

  server_side_encryption = var.artifact_bucket.server_side_encryption
  kms_key_id             = var.artifact_bucket.kms_key_id

  # S3 allows 10 tags for an object, other services allow 50: the object has neither the module's nor the
  # provider's tags.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = try(fileexists(local.functions[each.key].artifact), false)
      error_message = "There is no artifact at ${local.functions[each.key].artifact}: run `routegen build`, or set artifacts_dir to the folder that it writes to."
    }
  }
}

resource "aws_lambda_alias" "this" {
  for_each = var.alias == null ? {} : local.function_keys

  name             = var.alias
  description      = "The version that the API ${local.name} calls"
  function_name    = local.function_names[each.key]
  function_version = local.function_versions[each.key]

  # An apply removes weights that are set elsewhere. Lambda refuses a weight for the version that the alias points to, as with a
  # function that does not change in this apply; that version gets the remaining requests anyway.
  dynamic "routing_config" {
    for_each = [
      for weights in [local.functions[each.key].version_weights] : weights
      if length(setsubtract(keys(weights), [local.function_versions[each.key]])) > 0
    ]

    content {
      additional_version_weights = routing_config.value
    }
  }
}

# Execution environments that are ready before a request arrives.
resource "aws_lambda_provisioned_concurrency_config" "this" {
  for_each = local.provisioned

  function_name                     = local.function_names[each.key]
  qualifier                         = try(local.alias_names[each.key], null)
  provisioned_concurrent_executions = each.value

  lifecycle {
    precondition {
      condition     = var.alias != null
      error_message = "The function ${each.key} has provisioned_concurrent_executions, which belong to a version: set the variable alias."
    }
  }
}

# Nothing refers to it. It is created long before the routes, and until it exists Lambda cannot create one without retention,
# because the role does not allow it.
resource "aws_cloudwatch_log_group" "function" {
  for_each = local.function_keys

  # The name that Lambda writes to.
  name              = "/aws/lambda/${local.functions[each.key].name}"
  retention_in_days = local.functions[each.key].log_retention_days
  skip_destroy      = var.keep_logs
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "function" {
  for_each = local.own_roles

  name                 = local.functions[each.key].role_name
  path                 = var.role_path
  description          = "What the function ${local.functions[each.key].name} may do"
  permissions_boundary = var.role_permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }

      # Lambda assumes it only for functions of this account. AWS's own examples have this condition, but Lambda's
      # guide does not guarantee the key. So a request without the key is allowed: if the condition required it, a function
      # might not start.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = local.of_account[4] } }
    }]
  })

  lifecycle {
    # The log group, the function and usually the role share the name, and Lambda's limit is the lowest.
    precondition {
      condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", local.functions[each.key].name))
      error_message = "The function name ${local.functions[each.key].name} has ${length(local.functions[each.key].name)} characters. Lambda allows 1 to 64 letters, digits, hyphens and underscores: shorten function_name_prefix, or give the route a shorter name."
    }

    precondition {
      condition     = var.role_name_prefix == null || length(local.functions[each.key].role_name) <= 64
      error_message = "The role name ${local.functions[each.key].role_name} has ${length(local.functions[each.key].role_name)} characters, and IAM allows 64: shorten role_name_prefix, or give the route a shorter name."
    }
  }
}

# The permissions that the function needs to run, and those that its code declares for resources. Other policies are separate.
resource "aws_iam_role_policy" "function" {
  for_each = local.own_roles

  name = "routegen"
  role = local.role_names[each.key]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      for statement in [
        {
          # Only its own log group, without the permission to create one.
          used = true
          body = {
            Sid      = "WriteOwnLogs"
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${local.log_group_arns[each.key]}:*"
          }
        },
        {
          # Lambda takes minutes to remove the interfaces of a function that has left its VPC, with the permissions of its role.
          used = local.functions[each.key].vpc != null || var.leaving_vpc
          body = {
            Sid      = "AttachToVpc"
            Effect   = "Allow"
            Action   = local.network_interface_actions
            Resource = "*"
          }
        },
        {
          # Lambda itself needs these actions, but the function's code does not. Only calls from
          # that code carry this condition key.
          used = local.functions[each.key].vpc != null || var.leaving_vpc
          body = {
            Sid       = "KeepCodeOffTheVpc"
            Effect    = "Deny"
            Action    = local.network_interface_actions
            Resource  = "*"
            Condition = { ArnLike = { "lambda:SourceFunctionArn" = "arn:*:lambda:*:*:function:${local.functions[each.key].name}" } }
          }
        },
        {
          used = local.functions[each.key].tracing_mode == "Active"
          body = {
            Sid      = "WriteTraces"
            Effect   = "Allow"
            Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
            Resource = "*"
          }
        },
        {
          used = local.kms_key_arns[each.key] != null
          # Only the variables of this function: Lambda binds them to its ARN through the encryption context.
          # The call carries neither lambda:SourceFunctionArn nor, according to the documentation, kms:ViaService.
          body = {
            Sid       = "DecryptEnvironment"
            Effect    = "Allow"
            Action    = ["kms:Decrypt"]
            Resource  = local.kms_key_arns[each.key]
            Condition = { StringLike = { "kms:EncryptionContext:aws:lambda:FunctionArn" = [local.function_arns[each.key], "${local.function_arns[each.key]}:*"] } }
          }
        },
      ] : statement.body if statement.used
    ], local.resource_statements[each.key])
  })

  lifecycle {
    # Without whitespace, which IAM does not count.
    postcondition {
      condition     = sum([for document in concat([self.policy], values(local.functions[each.key].policies)) : length(replace(document, "/\\s/", ""))]) <= 10240
      error_message = "The policies of the function ${each.key} exceed the 10,240 characters that IAM allows for all policies of a role, including the module's own: pass some of them as policy_arns."
    }
  }
}

resource "aws_iam_role_policy" "grant" {
  for_each = local.policies

  name   = each.value.name
  role   = local.role_names[each.value.function]
  policy = each.value.document
}

resource "aws_iam_role_policy_attachment" "grant" {
  for_each = local.policy_arns

  role       = local.role_names[each.value.function]
  policy_arn = each.value.arn
}

# One permission for the whole API, not one for each route. The pattern ends in /stage/route: with
# one more segment it would not match the route "$default". A new permission is created before the old one is deleted, for example
# after the API was deleted by hand. A policy cannot have a statement id twice, so the id contains the API's id.
resource "aws_lambda_permission" "api" {
  for_each = local.routed_functions

  statement_id  = "AllowExecutionFromApiGateway-${aws_apigatewayv2_api.this.id}"
  action        = "lambda:InvokeFunction"
  function_name = local.function_names[each.key]
  qualifier     = var.alias == null ? null : local.alias_names[each.key]
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}
