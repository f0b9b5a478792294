# The routegen module: what the code does with resources that are made elsewhere, by the names that it has for them.

locals {
  # What the caller has said of no resource.
  no_resource = { arn = null, name = null, url = null, kms_key_arn = null }

  # No `try` here: with it, one value that is not known before the apply would make all of them unknown.
  resources = { for name in keys(local.lambda_resources) : name => lookup(var.resources, name, local.no_resource) }

  # The resources that a function names, those of them that the caller does not, and those of which the caller does not say what the
  # function is to read.
  resource_names    = { for key in keys(local.lambda_functions) : key => try(local.lambda_grants[key].resources, []) }
  missing_resources = { for key, names in local.resource_names : key => setsubtract(names, keys(var.resources)) }

  # What each function reads of them.
  resource_variables = {
    for key, names in local.resource_names :
    key => { for name in names : local.lambda_resources[name].variable => local.resources[name][local.lambda_resources[name].value] }
  }

  # What each function may do with them, and with the keys of those that have one: through the service that has the resource, and not
  # by itself. A key that is not known before the apply makes the document unknown, and nothing else.
  resource_statements = {
    for key in keys(local.lambda_functions) : key => concat(
      [
        for statement in try(local.lambda_grants[key].statements, []) : {
          Effect   = "Allow"
          Action   = statement.actions
          Resource = statement.resource == "*" ? ["*"] : [for suffix in statement.on : "${coalesce(local.resources[statement.resource].arn, "missing")}${suffix}"]
        }
      ],
      [
        for use in try(local.lambda_grants[key].keys, []) : {
          Effect    = "Allow"
          Action    = use.actions
          Resource  = [local.resources[use.resource].kms_key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "${use.service}.${split(":", local.resources[use.resource].kms_key_arn)[3]}.${data.aws_partition.current.dns_suffix}" } }
        } if local.resources[use.resource].kms_key_arn != null
      ],
    )
  }

  # For roles that the module does not make.
  grant_documents = {
    for key, statements in local.resource_statements : key => jsonencode({
      Version   = "2012-10-17"
      Statement = statements
    }) if length(try(local.lambda_grants[key].statements, [])) > 0
  }
}
