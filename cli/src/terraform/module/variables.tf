# The routegen module: the variables that the caller sets. The code's own settings are in locals.tf.

# Names and tags.

variable "copy" {
  description = "Name of this copy of the API, if an account and region have several, for example \"staging\". \"-staging\" is appended to the API's name, which also prefixes every function, so that neither can be forgotten. Null is for the only copy. name and function_name_prefix override it."
  type        = string
  default     = null

  validation {
    condition     = var.copy == null || can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.copy))
    error_message = "copy must be 1 to 32 letters, digits or hyphens, with no hyphen at either end."
  }
}

variable "name" {
  description = "Name of the API, also used for its access log group, user pool and client. Null uses the name in the code, followed by copy. Two copies of the API in one account and region need different names. If it is changed later, the user pool keeps its name, users and clients. The access log starts over in a new group (the old one is deleted, unless keep_logs is set), and without cognito_domain_prefix the token endpoint moves, because its address contains the name."
  type        = string
  default     = null

  validation {
    condition     = var.name == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", var.name))
    error_message = "name must be 1 to 128 letters, digits, dots, underscores or hyphens, and start with a letter or digit."
  }
}

variable "function_name_prefix" {
  description = "Prefix of the name of every function, and so of its log group and, without role_name_prefix, its role, for example \"staging-\". Two APIs in one account and region need different prefixes if both have a function with the same name. Null uses the API's name in the code, followed by copy, such as \"items-\" or \"items-staging-\"; \"\" is no prefix. Changing it replaces every function, and deletes the old log groups unless keep_logs is set."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{0,63}$", var.function_name_prefix == null ? "" : var.function_name_prefix))
    error_message = "function_name_prefix may hold letters, digits, hyphens and underscores only, 63 at most."
  }
}

variable "tags" {
  description = "Tags for every resource that supports tags, in addition to the provider's default_tags. Zips in artifact_bucket have neither: S3 allows only 10 tags for an object."
  type        = map(string)
  default     = {}
  nullable    = false
}

# The functions.

variable "artifacts_dir" {
  description = "Path of the folder with the functions' zip files, as `routegen build` writes it. Set it relative to path.module, so that the plan is the same on every machine."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.artifacts_dir) > 0
    error_message = "artifacts_dir must not be empty; \".\" is the folder that Terraform runs in."
  }
}

# The next two repeat the same list of reserved names: before Terraform 1.9 a validation can refer only to
# its own variable.

variable "environment" {
  description = "Environment variables that every function gets. Plans do not show their values, but the state contains them, and anyone who may read the configuration of a function in AWS can read them too."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    # Lambda requires a letter first and at least two characters, which also excludes _HANDLER and the like.
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", key))])
    error_message = "environment has a name that Lambda refuses. A name starts with a letter and has at least two letters, digits or underscores."
  }

  validation {
    condition = length(setintersection(keys(var.environment), [
      "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
      "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
      "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ])) == 0
    error_message = "environment sets a name that Lambda reserves for itself, such as AWS_REGION. The function already has it."
  }
}

variable "functions" {
  description = <<-EOT
    Settings of individual functions, keyed as in locals.tf. Omitted settings keep the value of the code or of the common variable.
    environment: merged with the common environment, and takes precedence over it.
    memory_size, timeout: in MB and seconds, instead of the code's values.
    ephemeral_storage: size of /tmp in MB, 512 to 10240; the default is 512.
    layers: ARNs of layer versions, before the common ones.
    reserved_concurrent_executions: how many may run at once, reserved from the account's concurrency; 0 turns the function off.
    policies: JSON policy documents for the function's role, by a name of your choice (except "routegen").
    policy_arns: managed policies for the role, by a name of your choice.
    create_role, role_arn: with false and an ARN, the function runs under an existing role, whose permissions you manage.
    vpc, tracing_mode, logging, log_retention_days: instead of the common variables of these names.
    event_source_enabled: whether the schedule, queue, rule or stream calls the function, instead of the code's value; with false,
    messages and records wait.
    provisioned_concurrent_executions: how many execution environments are kept ready; requires an alias, and costs money all the time.
    version_weights: the share of requests that a version other than the newest gets, for example { "7" = 0.9 }; requires an alias,
    cannot be combined with provisioned_concurrent_executions, and has no effect while the newest version is that one.
  EOT
  type = map(object({
    environment                    = optional(map(string), {})
    memory_size                    = optional(number)
    timeout                        = optional(number)
    ephemeral_storage              = optional(number)
    layers                         = optional(list(string), [])
    reserved_concurrent_executions = optional(number, -1)
    policies                       = optional(map(string), {})
    policy_arns                    = optional(map(string), {})
    create_role                    = optional(bool, true)
    role_arn                       = optional(string)
    tracing_mode                   = optional(string)
    log_retention_days             = optional(number)
    event_source_enabled           = optional(bool)
    vpc = optional(object({
      subnet_ids         = set(string)
      security_group_ids = set(string)

      ipv6_allowed_for_dual_stack = optional(bool, false)
    }))
    logging = optional(object({
      format            = optional(string, "JSON")
      application_level = optional(string)
      system_level      = optional(string)
    }))
    provisioned_concurrent_executions = optional(number, 0)
    version_weights                   = optional(map(number), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for function in values(var.functions) : coalesce(function.memory_size, 128) >= 128 && coalesce(function.memory_size, 128) <= 10240])
    error_message = "functions has a memory_size that Lambda refuses: 128 to 10240 MB."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : coalesce(function.timeout, 1) >= 1 && coalesce(function.timeout, 1) <= 900])
    error_message = "functions has a timeout that Lambda refuses: 1 to 900 s, and behind an HTTP API, which gives up earlier, 1 to 30."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : coalesce(function.ephemeral_storage, 512) >= 512 && coalesce(function.ephemeral_storage, 512) <= 10240])
    error_message = "functions has an ephemeral_storage that Lambda refuses: 512 to 10240 MB."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : contains(["PassThrough", "Active"], coalesce(function.tracing_mode, "Active"))])
    error_message = "functions has a tracing_mode that is neither \"PassThrough\" nor \"Active\"."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], coalesce(function.log_retention_days, 1))])
    error_message = "functions has log_retention_days that CloudWatch does not support; the variable log_retention_days lists the valid periods."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : try(length(function.vpc.subnet_ids) > 0 && length(function.vpc.security_group_ids) > 0, function.vpc == null)])
    error_message = "functions has a vpc without a subnet or without a security group."
  }

  validation {
    condition = alltrue([
      for logging in [for function in values(var.functions) : function.logging if function.logging != null] :
      contains(["JSON", "Text"], logging.format) &&
      contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], coalesce(logging.application_level, "INFO")) &&
      contains(["DEBUG", "INFO", "WARN"], coalesce(logging.system_level, "INFO")) &&
      (logging.format == "JSON" || logging.application_level == null && logging.system_level == null)
    ])
    error_message = "functions has a logging that Lambda refuses; the variable logging describes the valid values."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.provisioned_concurrent_executions >= 0 && floor(function.provisioned_concurrent_executions) == function.provisioned_concurrent_executions])
    error_message = "functions has provisioned_concurrent_executions that are not a whole number of at least 0; 0 provisions nothing."
  }

  validation {
    condition = alltrue([
      for function in values(var.functions) : length(function.version_weights) <= 1 &&
      alltrue([for version, weight in function.version_weights : can(regex("^[1-9][0-9]*$", version)) && weight >= 0 && weight <= 1])
    ])
    error_message = "functions has version_weights that Lambda refuses: the number of one version, with a share between 0 and 1, such as { \"7\" = 0.9 }."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.provisioned_concurrent_executions == 0 || length(function.version_weights) == 0])
    error_message = "functions has version_weights and provisioned_concurrent_executions for the same function, and Lambda accepts only one of them for an alias."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.reserved_concurrent_executions >= -1])
    error_message = "functions has reserved_concurrent_executions below -1; -1 reserves nothing, 0 turns the function off."
  }

  validation {
    condition = alltrue([
      for function in values(var.functions) :
      function.reserved_concurrent_executions == -1 || function.provisioned_concurrent_executions <= function.reserved_concurrent_executions
    ])
    error_message = "functions has more provisioned_concurrent_executions than reserved_concurrent_executions, which include them."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.create_role == (function.role_arn == null)])
    error_message = "functions has create_role = false without a role_arn, or a role_arn without create_role = false: set both to run a function under an existing role."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.create_role || length(function.policies) + length(function.policy_arns) == 0])
    error_message = "functions has policies for a role that the module does not create: with create_role = false, attach them where you create the role."
  }

  validation {
    condition     = alltrue(flatten([for function in values(var.functions) : [for name in keys(function.policies) : can(regex("^[A-Za-z0-9_+=,.@-]{1,128}$", name))]]))
    error_message = "functions has a policy with a name that IAM refuses: 1 to 128 letters, digits and _+=,.@- only."
  }

  validation {
    # The module's policy of the role has that name, and one of the two would replace the other.
    condition     = alltrue([for function in values(var.functions) : !contains(keys(function.policies), "routegen")])
    error_message = "functions has a policy with the name routegen, which the module's own policy of the role has: give it another name."
  }

  validation {
    condition = alltrue(flatten([
      for function in values(var.functions) : [
        for key in keys(function.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", key))
      ]
    ]))
    error_message = "functions has an environment with a name that Lambda refuses. A name starts with a letter and has at least two letters, digits or underscores."
  }

  validation {
    condition = length(setintersection(flatten([for function in values(var.functions) : keys(function.environment)]), [
      "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
      "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
      "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ])) == 0
    error_message = "functions sets an environment name that Lambda reserves for itself, such as AWS_REGION. The function already has it."
  }
}

variable "resources" {
  description = "The resources that the code uses, by their names in the code. Each needs an arn, and what the code reads from the variable of the resource (ITEMS_TABLE for items_table): a name, as for a table or a bucket, or a url, as for a queue. A queue whose messages a function receives may be omitted: the module then creates it, with a dead-letter queue. A table whose changes a function receives needs its stream_arn, and an event bus its name. kms_key_arn is the customer managed key that encrypts the resource; functions may then use it through the resource's service. Each function gets a policy that allows what its code declares."
  type = map(object({
    arn         = string
    name        = optional(string)
    url         = optional(string)
    kms_key_arn = optional(string)
    stream_arn  = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for resource in values(var.resources) : can(regex("^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^*]+$", coalesce(resource.arn, "arn:null:null:::null")))])
    error_message = "resources has an arn that is not the ARN of a single resource, such as \"arn:aws:dynamodb:eu-central-1:123456789012:table/items\"."
  }

  validation {
    condition     = alltrue([for resource in values(var.resources) : can(regex("^arn:[^:]+:kms:[^:]+:[^:]+:key/.+$", coalesce(resource.kms_key_arn, "arn:null:kms:null:null:key/null")))])
    error_message = "resources has a kms_key_arn that is not the ARN of a key, such as \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; policies do not accept an alias."
  }

  validation {
    condition     = alltrue([for resource in values(var.resources) : can(regex("^arn:[^:]+:dynamodb:[^:]+:[^:]+:table/.+/stream/.+$", coalesce(resource.stream_arn, "arn:null:dynamodb:null:null:table/null/stream/null")))])
    error_message = "resources has a stream_arn that is not the ARN of a table's stream, such as \"arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/2026-01-01T00:00:00.000\"."
  }
}

variable "dead_letter_queue" {
  description = "Standard SQS queue, in the region of the functions, for failures in functions that schedules, rules and streams call. It replaces the queues that the module would create for each of them. arn: the queue's ARN. kms_key_arn: the customer managed key that encrypts the queue, if any; its policy must allow the functions' and the scheduler's roles to use it, and events.amazonaws.com if a rule calls a function. In that case the policy of the queue must also allow events.amazonaws.com to send to it. Queues have their own dead-letter queues."
  type = object({
    arn         = string
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = alltrue([for queue in var.dead_letter_queue[*] : can(regex("^arn:[^:]+:sqs:[^:]+:[^:]+:[A-Za-z0-9_-]+$", queue.arn))])
    error_message = "dead_letter_queue.arn must be the ARN of a standard queue, such as \"arn:aws:sqs:eu-central-1:123456789012:failures\"."
  }

  validation {
    condition     = alltrue([for queue in var.dead_letter_queue[*] : can(regex("^arn:[^:]+:kms:[^:]+:[^:]+:key/.+$", coalesce(queue.kms_key_arn, "arn:null:kms:null:null:key/null")))])
    error_message = "dead_letter_queue.kms_key_arn must be the ARN of a key, such as \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; policies do not accept an alias."
  }
}

variable "scheduler_role" {
  description = "Existing role with which EventBridge Scheduler calls functions, by its arn, instead of one that the module creates. scheduler.amazonaws.com must be able to assume it, and it must allow lambda:InvokeFunction on the functions and sqs:SendMessage on the failure queues."
  type = object({
    arn = string
  })
  default = null
}

variable "layers" {
  description = "ARNs of layer versions that every function gets, such as an extension for telemetry. Lambda allows 5 for a function."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "artifact_bucket" {
  description = "S3 bucket to upload the zip files to, in the region of the functions, and a prefix for their keys, for example \"my-api/\". States that share a bucket need different key_prefix values, such as \"123456789012/staging/\": otherwise an object that two of them use is deleted when the first one moves on. server_side_encryption and kms_key_id are for a bucket that requires them in each upload: \"AES256\", \"aws:kms\" or \"aws:kms:dsse\", and for the latter two the ARN of a key, which the deployer must be allowed to decrypt with. With upload = false the zips are in the bucket already, each under its hash in artifacts.json, with - for + and _ for /, without =, and followed by .zip: artifacts_dir then needs only artifacts.json. Null uploads each zip with its function, which is fine for a few: the provider uploads them one after another, at about 5 s each."
  type = object({
    name       = string
    key_prefix = optional(string, "")
    upload     = optional(bool, true)

    server_side_encryption = optional(string)
    kms_key_id             = optional(string)
  })
  default = null

  validation {
    condition     = try(contains(["AES256", "aws:kms", "aws:kms:dsse"], coalesce(var.artifact_bucket.server_side_encryption, "AES256")), var.artifact_bucket == null)
    error_message = "artifact_bucket.server_side_encryption must be \"AES256\", \"aws:kms\" or \"aws:kms:dsse\"."
  }

  validation {
    condition     = alltrue([for bucket in var.artifact_bucket[*] : bucket.kms_key_id == null || startswith(coalesce(bucket.server_side_encryption, "AES256"), "aws:kms")])
    error_message = "artifact_bucket.kms_key_id is the key of server_side_encryption = \"aws:kms\" or \"aws:kms:dsse\": set that too."
  }

  validation {
    condition     = alltrue([for bucket in var.artifact_bucket[*] : bucket.upload || bucket.server_side_encryption == null])
    error_message = "artifact_bucket.server_side_encryption is for uploads, and with upload = false there are none: omit it and kms_key_id."
  }
}

variable "alias" {
  description = "Name of an alias that points to the newest version of each function, and that the API then calls; functions.<key>.version_weights keeps a share of the requests on an older version. Recommended in production: code and configuration of a function then change at the same moment. Null publishes no versions, and for a few seconds of each update the old code runs with the new configuration."
  type        = string
  default     = null

  validation {
    condition     = var.alias == null || can(regex("^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$", var.alias)) && try(length(var.alias), 1) <= 128
    error_message = "alias must be 1 to 128 letters, digits, hyphens or underscores, and not a number: a number is a version."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the functions' environment variables. Null uses the key that AWS manages. The module allows the roles that it creates to decrypt with it. A function without environment variables does not use it."
  type        = string
  default     = null
}

variable "code_signing_config_arn" {
  description = "ARN of the functions' code signing configuration, if the account requires one. The zips must then be signed after `routegen build`. A signed zip no longer matches artifacts.json, so omit that file beside signed zips. Null requires no signature."
  type        = string
  default     = null
}

variable "vpc" {
  description = "Subnets and security groups for every function. Null, the default, keeps the functions out of any VPC: a function in a VPC reaches the internet and AWS only through a NAT or endpoints of the VPC. ipv6_allowed_for_dual_stack also allows outgoing IPv6, if the subnets have it."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)

    ipv6_allowed_for_dual_stack = optional(bool, false)
  })
  default = null

  validation {
    condition     = try(length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0, var.vpc == null)
    error_message = "vpc needs at least one subnet and one security group; leave vpc at null for functions outside a VPC."
  }
}

variable "leaving_vpc" {
  description = "Whether the functions' roles may still remove network interfaces of a VPC. Lambda removes the interfaces of a function that has left the VPC or was deleted, with the permissions of its role, which takes 20 minutes or more. Set this in the apply that sets vpc to null, also before a destroy, and unset it when the interfaces are gone."
  type        = bool
  default     = false
  nullable    = false
}

variable "tracing_mode" {
  description = "X-Ray tracing of the functions: \"PassThrough\" follows the caller's decision, \"Active\" samples on its own and allows the functions to write traces."
  type        = string
  default     = "PassThrough"
  nullable    = false

  validation {
    condition     = contains(["PassThrough", "Active"], var.tracing_mode)
    error_message = "tracing_mode must be \"PassThrough\" or \"Active\"."
  }
}

variable "logging" {
  description = "How the functions log. format: \"JSON\" or \"Text\", for what Lambda itself writes; the functions write JSON in either case. With \"JSON\", application_level (TRACE to FATAL) is the level of the functions' own log, and system_level (DEBUG, INFO, WARN) that of Lambda's. Null sets nothing: a new function logs with Lambda's defaults, as text, and an existing one keeps its setting; { format = \"Text\" } restores the default."
  type = object({
    format            = optional(string, "JSON")
    application_level = optional(string)
    system_level      = optional(string)
  })
  default = null

  validation {
    condition     = try(contains(["JSON", "Text"], var.logging.format), var.logging == null)
    error_message = "logging.format must be \"JSON\" or \"Text\"."
  }

  validation {
    condition     = try(contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], coalesce(var.logging.application_level, "INFO")) && contains(["DEBUG", "INFO", "WARN"], coalesce(var.logging.system_level, "INFO")), var.logging == null)
    error_message = "logging.application_level must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL, and logging.system_level DEBUG, INFO or WARN."
  }

  validation {
    condition     = try(var.logging.format == "JSON" || var.logging.application_level == null && var.logging.system_level == null, var.logging == null)
    error_message = "logging has a level, which Lambda accepts only with the format \"JSON\"."
  }
}

variable "role_name_prefix" {
  description = "Prefix of the names of the functions' roles, instead of function_name_prefix, for example \"eu-central-1-\". Role names are unique in an account, but function names only in a region: with this prefix, two regions can have functions with the same names. Null uses the functions' prefix. Changing it replaces every role."
  type        = string
  default     = null

  validation {
    condition     = var.role_name_prefix == null || can(regex("^[A-Za-z0-9_+=,.@-]{0,63}$", var.role_name_prefix))
    error_message = "role_name_prefix may hold letters, digits and _+=,.@- only, 63 at most."
  }
}

variable "role_path" {
  description = "Path of the functions' roles, for example \"/app/\", if policies of the account refer to roles by path. Changing it replaces every role. Role names must be unique regardless of their path."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path must begin and end with a slash, such as \"/app/\", and have 512 characters at most."
  }
}

variable "role_permissions_boundary" {
  description = "ARN of the permissions boundary of the functions' roles, if the account requires one."
  type        = string
  default     = null
}

# The API.

variable "cors" {
  description = "Cross-origin access for browsers. Null, the default, turns it off: callers other than browsers do not need it. allow_methods defaults to the methods of the routes, and allow_headers to authorization, content-type and the headers that the API's authorizers read."
  type = object({
    allow_origins     = set(string)
    allow_methods     = optional(set(string))
    allow_headers     = optional(set(string))
    expose_headers    = optional(set(string), [])
    allow_credentials = optional(bool, false)
    max_age           = optional(number, 3600)
  })
  default = null

  validation {
    condition     = try(length(var.cors.allow_origins) > 0, var.cors == null)
    error_message = "cors needs at least one origin in allow_origins; leave cors at null to turn it off."
  }

  validation {
    # What a browser sends as its Origin, or an asterisk instead of the whole of it or of its host.
    condition     = try(alltrue([for origin in var.cors.allow_origins : origin == "*" || can(regex("^[a-z][a-z0-9+.-]*://[^/[:space:]]+$", origin))]), var.cors == null)
    error_message = "cors.allow_origins must contain origins as browsers send them, with a scheme and without a trailing slash, such as \"https://app.example.com\"; \"*\" allows all origins."
  }

  validation {
    # For API Gateway, "*", "https://*" and "http://*" mean all origins, or all of a scheme. It supports no other wildcard: it
    # would compare "https://*.example.com" literally with what a browser sends.
    condition     = try(alltrue([for origin in var.cors.allow_origins : contains(["*", "https://*", "http://*"], origin) || length(regexall("[*]", origin)) == 0]), var.cors == null)
    error_message = "cors.allow_origins has a wildcard that API Gateway does not support: it accepts \"*\", \"https://*\" and \"http://*\", and otherwise whole origins such as \"https://app.example.com\"."
  }

  validation {
    # With credentials, any site of the scheme could act for signed-in users. API Gateway itself refuses the origin "*",
    # and browsers treat "*" in the other lists as a literal name.
    condition = try(!var.cors.allow_credentials || length(setintersection(setunion(
      var.cors.allow_origins,
      coalesce(var.cors.allow_methods, []),
      coalesce(var.cors.allow_headers, []),
      var.cors.expose_headers,
    ), ["*", "https://*", "http://*"])) == 0, var.cors == null)
    error_message = "cors with allow_credentials must name its origins, methods and headers: \"*\" does not work with credentials, and with \"https://*\" or \"http://*\" every site could act for signed-in users."
  }

  validation {
    condition     = try(var.cors.max_age >= -1 && var.cors.max_age <= 86400, var.cors == null)
    error_message = "cors.max_age must be between -1 and 86400 seconds."
  }
}

variable "description" {
  description = "What the API is for, shown in the console."
  type        = string
  default     = null
}

variable "stage_name" {
  description = "Name of the stage. The default stage has no name in the address; any other is the first segment of every path, including the rawPath that a function receives."
  type        = string
  default     = "$default"
  nullable    = false

  validation {
    condition     = var.stage_name == "$default" || can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage_name))
    error_message = "stage_name must be \"$default\", or 1 to 128 letters, digits, hyphens or underscores."
  }
}

variable "custom_domain" {
  description = <<-EOT
    A domain name of your own for the API. Null leaves only its execute-api address.
    name: the domain name. certificate_arn: its certificate in ACM, in the API's region; it must be issued already.
    mapping_key: the path under the name at which the API is served; without it, the whole domain.
    create: false for a name that exists in API Gateway already, as when several APIs share one, each with a mapping_key. Then
    set only name and mapping_key; everything else belongs to the owner of the domain.
    create_records, zone_id: with true and the hosted zone in Route 53, records point the name to the API; existing records are
    not replaced. ip_address_type: "ipv4", or "dualstack" for IPv6 too, with an AAAA record beside the A record.
    mutual_tls: the CA certificates that verify clients' certificates, in S3; requires disable_execute_api_endpoint.
    truststore_version: the object's version in its bucket. API Gateway reads another version only when this changes.
    ownership_verification_certificate_arn: only with mutual TLS and an imported or private certificate.
  EOT
  type = object({
    name            = string
    certificate_arn = optional(string)
    mapping_key     = optional(string)
    create          = optional(bool, true)
    create_records  = optional(bool, false)
    zone_id         = optional(string)
    ip_address_type = optional(string, "ipv4")
    mutual_tls = optional(object({
      truststore_uri     = string
      truststore_version = optional(string)
    }))
    ownership_verification_certificate_arn = optional(string)
  })
  default = null

  validation {
    condition     = try(length(regexall("^(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]+$", var.custom_domain.name)) == 1, var.custom_domain == null)
    error_message = "custom_domain.name must be a domain name in lower case, such as \"api.example.com\"."
  }

  validation {
    condition     = alltrue([for domain in var.custom_domain[*] : !domain.create || domain.certificate_arn != null])
    error_message = "custom_domain needs the certificate_arn of its name; with create = false it uses a name that exists in API Gateway already."
  }

  validation {
    condition = alltrue([
      for domain in var.custom_domain[*] : domain.create || !domain.create_records && domain.mutual_tls == null &&
      domain.certificate_arn == null && domain.zone_id == null && domain.ip_address_type == "ipv4" && domain.ownership_verification_certificate_arn == null
    ])
    error_message = "custom_domain with create = false accepts only name and mapping_key: certificate, mutual TLS and records belong to the owner of the domain."
  }

  validation {
    condition     = try(contains(["ipv4", "dualstack"], var.custom_domain.ip_address_type), var.custom_domain == null)
    error_message = "custom_domain.ip_address_type must be \"ipv4\" or \"dualstack\"."
  }

  validation {
    condition     = try(!var.custom_domain.create_records || var.custom_domain.zone_id != null, var.custom_domain == null)
    error_message = "custom_domain.create_records needs the zone_id of the hosted zone."
  }

  validation {
    condition     = try(length(regexall("^s3://[^/]+/.+$", var.custom_domain.mutual_tls.truststore_uri)) == 1, true)
    error_message = "custom_domain.mutual_tls.truststore_uri must be the address of an object in S3, such as \"s3://my-bucket/truststore.pem\"."
  }

  validation {
    # Without it a certificate that was removed from the object would be accepted forever, and no plan would show that.
    condition     = alltrue([for domain in var.custom_domain[*] : try(domain.mutual_tls.truststore_version != null, domain.mutual_tls == null)])
    error_message = "custom_domain.mutual_tls needs the truststore_version, the version id of the object in its versioned bucket: API Gateway continues to use the certificates that it has read, until the domain names another version."
  }
}

variable "ip_address_type" {
  description = "Address type of the API's own address: \"ipv4\", or \"dualstack\" for IPv6 too; custom_domain has its own setting. Null leaves it unchanged, which for a new API is \"ipv4\"."
  type        = string
  default     = null

  validation {
    condition     = contains(["ipv4", "dualstack"], coalesce(var.ip_address_type, "ipv4"))
    error_message = "ip_address_type must be \"ipv4\" or \"dualstack\"."
  }
}

variable "disable_execute_api_endpoint" {
  description = "Whether the API answers only under custom_domain, created by the module or existing, and no longer at the address that AWS assigns to it."
  type        = bool
  default     = false
  nullable    = false
}

variable "routes" {
  description = "Settings of individual routes, keyed as in locals.tf: throttles and metrics, as in default_route_settings."
  type = map(object({
    throttling_burst_limit   = optional(number)
    throttling_rate_limit    = optional(number)
    detailed_metrics_enabled = optional(bool)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for route in values(var.routes) : coalesce(route.throttling_burst_limit, 1) >= 1 && floor(coalesce(route.throttling_burst_limit, 1)) == coalesce(route.throttling_burst_limit, 1)])
    error_message = "routes has a throttling_burst_limit that is not a whole number of at least 1; with 0 the route answers 429 to everyone."
  }

  validation {
    condition     = alltrue([for route in values(var.routes) : coalesce(route.throttling_rate_limit, 1) > 0])
    error_message = "routes has a throttling_rate_limit that is not more than 0; with 0 the route answers 429 to everyone."
  }
}

variable "default_route_settings" {
  description = "Settings of every route: throttling_rate_limit in requests a second, throttling_burst_limit in requests at once, and detailed_metrics_enabled for metrics by route. The module's defaults, 1,000 and 500, are below the account quota of every region, which is mostly 10,000 and 5,000. Beyond them the API answers 429. Set what a production API needs."
  type = object({
    throttling_burst_limit   = optional(number, 500)
    throttling_rate_limit    = optional(number, 1000)
    detailed_metrics_enabled = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.default_route_settings.throttling_burst_limit >= 1 && floor(var.default_route_settings.throttling_burst_limit) == var.default_route_settings.throttling_burst_limit
    error_message = "default_route_settings.throttling_burst_limit must be a whole number of at least 1; with 0 the API answers 429 to everyone."
  }

  validation {
    condition     = var.default_route_settings.throttling_rate_limit > 0
    error_message = "default_route_settings.throttling_rate_limit must be more than 0; with 0 the API answers 429 to everyone."
  }
}

variable "access_log_fields" {
  description = "Additional or overriding fields of a line of the access log, such as { stage = \"$context.stage\" }: names, and API Gateway's variables for their values."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "log_retention_days" {
  description = "How long the logs of the functions and of the API are kept, in days: one of the periods that CloudWatch supports; 0 keeps them forever."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a period that CloudWatch supports: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, or 0 for no expiry."
  }
}

variable "keep_logs" {
  description = "Whether log groups are kept when a function is removed or renamed, when the API is renamed, and at a destroy. Terraform then forgets the group, which keeps its retention. This must be applied before the removal. To use the same names again, adopt the groups with import blocks."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log groups; its policy must allow CloudWatch Logs to use it. Null uses the key that AWS owns."
  type        = string
  default     = null
}

variable "jwt_authorizers" {
  description = <<-EOT
    The issuers whose tokens the API accepts, by the names in [authorizers] of routegen.toml, which routes use as auth.
    issuer: exactly the `iss` of its tokens, including a trailing slash. API Gateway calls it during the apply, so it must then
    answer on the internet, within 1.5 s.
    audience: the `aud` of a token must contain one of these, or its `client_id` if it has no `aud`.
  EOT
  type = map(object({
    issuer   = string
    audience = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for authorizer in values(var.jwt_authorizers) : can(regex("^https://[^/?#[:space:]]+(/[^/?#[:space:]]+)*/?$", authorizer.issuer))])
    error_message = "jwt_authorizers has an issuer that is not an https address without a query, such as \"https://id.example.com\"."
  }

  validation {
    # API Gateway appends that itself.
    condition     = alltrue([for authorizer in values(var.jwt_authorizers) : !can(regex("/[.]well-known(/|$)", authorizer.issuer))])
    error_message = "jwt_authorizers has the address of a discovery document as an issuer: omit \"/.well-known/…\"."
  }

  validation {
    condition     = alltrue([for authorizer in values(var.jwt_authorizers) : length(authorizer.audience) >= 1 && length(authorizer.audience) <= 50 && !contains(authorizer.audience, "")])
    error_message = "jwt_authorizers needs 1 to 50 values in each audience, none of them empty: without one, no token is accepted."
  }
}

# Cognito. These have no effect unless a route uses it.

variable "cognito_user_pool" {
  description = <<-EOT
    An existing user pool, instead of one that the module creates. Null creates one.
    id: the pool's id. client_ids: the app clients whose tokens the API accepts.
    create_resource_servers: whether the module creates the resource servers with the routes' scopes in it.
    endpoint: the pool's address without "https://", as in the `iss` of its tokens, if it is not that of the pool's region.
  EOT
  type = object({
    id                      = string
    client_ids              = set(string)
    create_resource_servers = optional(bool, false)
    endpoint                = optional(string)
  })
  default = null

  validation {
    condition     = try(length(regexall("^[a-z0-9-]+_[0-9A-Za-z]+$", var.cognito_user_pool.id)) == 1, var.cognito_user_pool == null)
    error_message = "cognito_user_pool.id must be the id of a user pool, such as \"eu-central-1_AbCdEfGhI\"."
  }

  validation {
    condition     = try(length(var.cognito_user_pool.client_ids) >= 1 && length(var.cognito_user_pool.client_ids) <= 50, var.cognito_user_pool == null)
    error_message = "cognito_user_pool.client_ids must name 1 to 50 app clients: an authorizer without an audience accepts no token, and it allows 50 audiences at most."
  }
}

variable "cognito_user_client" {
  description = <<-EOT
    A client for people who sign in on Cognito's pages (authorization code flow), beside the one for machines. Null creates none.
    callback_urls, logout_urls: addresses to which people may be redirected. scopes: besides those of the routes.
    identity_providers: who may sign them in. generate_secret: for a server that can keep one; a browser or an app cannot.
    access_token_minutes, id_token_minutes: how long the tokens are valid, 5 to 1440. refresh_token_hours: how long people stay
    signed in, 1 to 87600.
  EOT
  type = object({
    callback_urls      = set(string)
    logout_urls        = optional(set(string), [])
    scopes             = optional(set(string), ["openid"])
    identity_providers = optional(set(string), ["COGNITO"])
    generate_secret    = optional(bool, false)

    access_token_minutes = optional(number, 60)
    id_token_minutes     = optional(number, 60)
    refresh_token_hours  = optional(number, 720)
  })
  default = null

  validation {
    condition     = try(length(var.cognito_user_client.callback_urls) >= 1, var.cognito_user_client == null)
    error_message = "cognito_user_client needs at least one address in callback_urls."
  }

  validation {
    condition = alltrue(flatten([
      for client in var.cognito_user_client[*] : [
        for minutes in [client.access_token_minutes, client.id_token_minutes] : minutes >= 5 && minutes <= 1440 && floor(minutes) == minutes
      ]
    ]))
    error_message = "cognito_user_client has an access_token_minutes or id_token_minutes that Cognito refuses: a whole number, 5 to 1440."
  }

  validation {
    condition     = alltrue([for client in var.cognito_user_client[*] : client.refresh_token_hours >= 1 && client.refresh_token_hours <= 87600 && floor(client.refresh_token_hours) == client.refresh_token_hours])
    error_message = "cognito_user_client has a refresh_token_hours that Cognito refuses: a whole number, 1 to 87600."
  }

  validation {
    condition     = alltrue([for client in var.cognito_user_client[*] : max(client.access_token_minutes, client.id_token_minutes) <= client.refresh_token_hours * 60])
    error_message = "cognito_user_client has tokens that are valid for longer than the refresh token, which Cognito refuses: raise refresh_token_hours."
  }
}

variable "cognito_access_token_minutes" {
  description = "How long a token of the client for machines is valid, in minutes, 5 to 1440. Cognito charges for each token, and tokens cannot be revoked: a long lifetime is cheap, and a short one limits what a thief can do."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.cognito_access_token_minutes >= 5 && var.cognito_access_token_minutes <= 1440 && floor(var.cognito_access_token_minutes) == var.cognito_access_token_minutes
    error_message = "cognito_access_token_minutes must be a whole number, 5 to 1440."
  }
}

variable "cognito_mfa" {
  description = "Whether people need a second factor, a code from an authenticator app: \"OFF\", \"OPTIONAL\" for those who set one up, or \"ON\" for everyone. Null is \"OPTIONAL\" if people sign in through a client of the module (cognito_user_client, or routes without scopes), and \"OFF\" for a pool that is only for machines. It does not affect machines or an existing pool."
  type        = string
  default     = null

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], coalesce(var.cognito_mfa, "OFF"))
    error_message = "cognito_mfa must be \"OFF\", \"OPTIONAL\" or \"ON\"."
  }
}

variable "cognito_threat_protection" {
  description = "What Cognito does about suspicious sign-ins and leaked passwords: \"OFF\", \"AUDIT\" to log them, or \"ENFORCED\" to require a second factor or refuse them. AWS charges for it per user; it requires cognito_user_pool_tier = \"PLUS\"."
  type        = string
  default     = "OFF"
  nullable    = false

  validation {
    condition     = contains(["OFF", "AUDIT", "ENFORCED"], var.cognito_threat_protection)
    error_message = "cognito_threat_protection must be \"OFF\", \"AUDIT\" or \"ENFORCED\"."
  }
}

variable "cognito_user_pool_tier" {
  description = "Feature plan of the pool that the module creates: \"LITE\", \"ESSENTIALS\" or \"PLUS\". Null leaves it unchanged, which for a new pool is \"ESSENTIALS\"."
  type        = string
  default     = null

  validation {
    condition     = contains(["LITE", "ESSENTIALS", "PLUS"], coalesce(var.cognito_user_pool_tier, "LITE"))
    error_message = "cognito_user_pool_tier must be \"LITE\", \"ESSENTIALS\" or \"PLUS\"."
  }
}

variable "cognito_domain_prefix" {
  description = "First label of the token endpoint's host name, unique in the region among all accounts. Null makes it from the API's name and the account id."
  type        = string
  default     = null

  validation {
    condition     = var.cognito_domain_prefix == null || can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.cognito_domain_prefix))
    error_message = "cognito_domain_prefix must be 1 to 63 lower-case letters, digits or hyphens, with no hyphen at either end."
  }

  validation {
    condition     = var.cognito_domain_prefix == null || !can(regex("aws|amazon|cognito", var.cognito_domain_prefix))
    error_message = "cognito_domain_prefix must not contain \"aws\", \"amazon\" or \"cognito\": Cognito refuses them."
  }
}

variable "cognito_domain_suffix" {
  description = "What follows that label in the token endpoint's host name, for example \"auth-fips.us-east-1.amazoncognito.com\". Null uses that of the pool's region: auth.REGION.amazoncognito.com, auth-fips.REGION.amazoncognito.com in GovCloud, auth.REGION.amazoncognito.com.cn in China."
  type        = string
  default     = null

  validation {
    condition     = var.cognito_domain_suffix == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]+$", var.cognito_domain_suffix))
    error_message = "cognito_domain_suffix must be the end of a host name, without a dot in front, such as \"auth-fips.us-east-1.amazoncognito.com\"."
  }
}

variable "cognito_deletion_protection" {
  description = "Whether Cognito refuses to delete the user pool. On by default, because deleted users cannot be restored, and a code change that removes the last protected route would delete the pool. It does not protect the client and the domain, which can be created again. Apply false before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "cognito_additional_audiences" {
  description = "Client ids that the JWT authorizer accepts besides the module's own client, for clients created elsewhere in the same pool."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.cognito_additional_audiences) <= 49
    error_message = "cognito_additional_audiences may contain 49 ids at most: an authorizer allows 50 audiences, and at least one belongs to another client."
  }
}
