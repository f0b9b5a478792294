# The routegen module: the code's permissions for resources that are created elsewhere, by their names in the code.

locals {
  # For resources without an entry of the caller.
  no_resource = { arn = null, name = null, url = null, kms_key_arn = null, stream_arn = null }

  # The resources that the code names, including those of its event sources. If the caller does not list a queue whose messages a
  # function receives, the module creates it.
  named_resources = setunion(keys(local.lambda_resources), [for queue in local.lambda_queues : queue.queue], flatten([for names in local.source_needs : keys(names)]))

  # No `try` here: it would make all values unknown if one is unknown before the apply.
  resources = { for name in local.named_resources : name => lookup(var.resources, name, lookup(local.made_resources, name, local.no_resource)) }

  # The resources whose variables a function has.
  resource_names = { for key in keys(local.lambda_functions) : key => try(local.lambda_grants[key].resources, []) }

  # The attributes that a function needs of its event source's entry, and those that it needs of each entry; a queue's ARN is always set.
  source_needs = merge(
    { for key, rule in local.lambda_event_rules : key => { (rule.bus) = ["name"] } if rule.bus != null },
    { for key, stream in local.lambda_streams : key => { (stream.table) = ["stream_arn"] } },
  )
  needs = {
    for key, names in local.resource_names : key => {
      for name in setunion(names, keys(try(local.source_needs[key], {}))) :
      name => distinct(concat(["arn"], contains(names, name) ? [local.lambda_resources[name].value] : [], try(local.source_needs[key][name], [])))
    }
  }

  # Resources that neither the caller nor the module has.
  missing_resources = { for key, needs in local.needs : key => setsubtract(keys(needs), concat(keys(var.resources), keys(local.made_queues))) }

  # What each function reads of them.
  resource_variables = {
    for key, names in local.resource_names :
    key => { for name in names : local.lambda_resources[name].variable => local.resources[name][local.lambda_resources[name].value] }
  }

  # What each function may do with them, and with their keys: only through the resource's service, not
  # directly. A key that is unknown before the apply makes only this document unknown. The permissions that its event source
  # requires follow.
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
      lookup(local.event_statements, key, []),
    )
  }

  # For roles that the module does not create.
  grant_documents = {
    for key, statements in local.resource_statements : key => jsonencode({
      Version   = "2012-10-17"
      Statement = statements
    }) if length(try(local.lambda_grants[key].statements, [])) > 0 || contains(local.event_functions, key)
  }
}
