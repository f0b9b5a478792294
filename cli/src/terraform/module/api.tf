# The routegen module: the HTTP API, its stage and access logs, integrations and routes.

locals {
  name = coalesce(var.name, join("-", compact([local.api_name, var.copy])))

  # The route key is what API Gateway matches. "$default" has no method.
  route_keys = {
    for key, route in local.lambda_routes :
    key => route.path == "$default" ? "$default" : "${route.method} ${route.path}"
  }

  # How API Gateway identifies a route: its method, and its path without parameter names. Routes are keyed by that and not
  # by their handler's name, so that another handler can take over a path in the same apply without two routes having one key.
  path_shapes = { for key, route in local.lambda_routes : key => replace(route.path, "/\\{[^+}]*([+]?)\\}/", "{$1}") }
  routes      = tomap({ for key, route in local.lambda_routes : route.path == "$default" ? "$default" : "${route.method} ${local.path_shapes[key]}" => key })

  # A function has one integration and one permission, however many routes lead to it: an API may have
  # 300 integrations, a function's policy 20,480 bytes, and neither quota can be raised.
  routed_functions = tomap({ for key in keys(local.routes_of_functions) : key => key })

  # Collected once, as in functions.tf.
  authorizer_ids  = { for key, authorizer in aws_apigatewayv2_authorizer.this : key => authorizer.id }
  integration_ids = { for key, integration in aws_apigatewayv2_integration.this : key => integration.id }

  # Only for routes with settings of their own. The caller's settings take precedence over the code's, and the
  # common settings apply to everything else.
  no_route_settings = { throttling_burst_limit = null, throttling_rate_limit = null, detailed_metrics_enabled = null }
  route_settings = {
    for key, route in local.lambda_routes : key => {
      throttling_burst_limit   = coalesce(lookup(var.routes, key, local.no_route_settings).throttling_burst_limit, route.throttling_burst_limit, var.default_route_settings.throttling_burst_limit)
      throttling_rate_limit    = coalesce(lookup(var.routes, key, local.no_route_settings).throttling_rate_limit, route.throttling_rate_limit, var.default_route_settings.throttling_rate_limit)
      detailed_metrics_enabled = coalesce(lookup(var.routes, key, local.no_route_settings).detailed_metrics_enabled, var.default_route_settings.detailed_metrics_enabled)
    } if contains(keys(var.routes), key) || route.throttling_rate_limit != null
  }

  # Routes with authorization that would catch preflights, which carry no credentials: those for every method. An open
  # route for OPTIONS on the same paths takes precedence; for "$default" that is "/{proxy+}". Parameter names do
  # not count.
  preflight_paths  = { for key, route in local.lambda_routes : key => route.path == "$default" ? "/{proxy+}" : route.path }
  preflight_shapes = { for key, shape in local.path_shapes : key => shape == "$default" ? "/{+}" : shape }
  open_preflights  = [for key, route in local.lambda_routes : local.preflight_shapes[key] if route.method == "OPTIONS" && route.authorization_type == "NONE"]
  caught_preflights = [
    for key, route in local.lambda_routes : local.preflight_paths[key]
    if route.authorization_type != "NONE" && contains(["ANY", "OPTIONS"], route.method) && !contains(local.open_preflights, local.preflight_shapes[key])
  ]

  # For preflights the methods are listed individually, because "*" fails with credentials.
  route_methods = toset(flatten([
    for route in local.lambda_routes :
    route.method == "ANY" ? ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] : [route.method]
  ]))

  # Every value is a string: API Gateway writes "-" for values that a request does not have.
  access_log_format = jsonencode(merge({
    requestId        = "$context.requestId"
    requestTime      = "$context.requestTime"
    sourceIp         = "$context.identity.sourceIp"
    userAgent        = "$context.identity.userAgent"
    httpMethod       = "$context.httpMethod"
    path             = "$context.path"
    routeKey         = "$context.routeKey"
    protocol         = "$context.protocol"
    status           = "$context.status"
    responseLength   = "$context.responseLength"
    responseLatency  = "$context.responseLatency"
    clientId         = "$context.authorizer.claims.client_id"
    subject          = "$context.authorizer.claims.sub"
    authorizerError  = "$context.authorizer.error"
    integrationError = "$context.integrationErrorMessage"
    gatewayError     = "$context.error.message"
  }, var.access_log_fields))
  access_log_format_text  = base64encode(local.access_log_format)
  access_log_format_bytes = length(local.access_log_format_text) * 3 / 4 - length(regexall("=", local.access_log_format_text))

  # The headers that a browser must be allowed to send: without those that authorizers read it cannot call the API.
  request_headers = toset(concat(["authorization", "content-type"], flatten([
    for authorizer in local.authorizers : [
      for source in lookup(authorizer, "identity_sources", []) : lower(trimprefix(source, "$request.header."))
      if startswith(source, "$request.header.")
    ]
  ])))
}

resource "aws_apigatewayv2_api" "this" {
  name          = local.name
  description   = var.description
  protocol_type = "HTTP"
  tags          = var.tags

  disable_execute_api_endpoint = var.disable_execute_api_endpoint
  ip_address_type              = var.ip_address_type

  # API Gateway answers preflights itself, before any authorizer, if no route takes OPTIONS. If one does, its
  # function answers, and API Gateway adds the headers.
  dynamic "cors_configuration" {
    for_each = var.cors[*]

    content {
      allow_origins     = cors_configuration.value.allow_origins
      allow_methods     = coalesce(cors_configuration.value.allow_methods, local.route_methods)
      allow_headers     = coalesce(cors_configuration.value.allow_headers, local.request_headers)
      expose_headers    = cors_configuration.value.expose_headers
      allow_credentials = cors_configuration.value.allow_credentials
      max_age           = cors_configuration.value.max_age
    }
  }

  lifecycle {
    # Terraform would silently ignore the settings of a misspelt function.
    precondition {
      condition     = length(setsubtract(keys(var.functions), keys(local.lambda_functions))) == 0
      error_message = "The variable functions names functions that do not exist: ${join(", ", setsubtract(keys(var.functions), keys(local.lambda_functions)))}. There are: ${join(", ", keys(local.lambda_functions))}."
    }

    precondition {
      condition     = length(setsubtract(keys(var.resources), local.named_resources)) == 0
      error_message = "The variable resources has entries that the code does not name: ${join(", ", setsubtract(keys(var.resources), local.named_resources))}. The code names: ${join(", ", local.named_resources)}."
    }

    precondition {
      condition     = length(setsubtract(keys(var.routes), keys(local.lambda_routes))) == 0
      error_message = "The variable routes names routes that do not exist: ${join(", ", setsubtract(keys(var.routes), keys(local.lambda_routes)))}. There are: ${join(", ", keys(local.lambda_routes))}."
    }

    precondition {
      condition     = length(setsubtract(keys(var.jwt_authorizers), local.jwt_authorizer_names)) == 0
      error_message = "The variable jwt_authorizers names authorizers that no route uses: ${join(", ", setsubtract(keys(var.jwt_authorizers), local.jwt_authorizer_names))}. There are: ${join(", ", local.jwt_authorizer_names)}."
    }

    precondition {
      condition     = var.cors == null || length(local.caught_preflights) == 0
      error_message = "With cors, browsers first send OPTIONS without credentials, and a route for every method would refuse that: ${join(", ", local.caught_preflights)}. Name the methods of such a route one by one, or add an open route that answers 204: ${join(", ", [for path in local.caught_preflights : format("#[route(OPTIONS, \"%s\", auth = \"none\")]", path)])}."
    }

    precondition {
      condition     = local.access_log_format_bytes <= 3072
      error_message = "A line of the access log has a template of ${local.access_log_format_bytes} bytes, with access_log_fields, and API Gateway allows 3 KB: remove some of the fields."
    }

    precondition {
      condition     = !var.disable_execute_api_endpoint || var.custom_domain != null
      error_message = "disable_execute_api_endpoint without custom_domain would leave the API without any address."
    }
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = var.stage_name
  auto_deploy = true
  tags        = var.tags

  # If omitted, these limits would be stored as 0, and every request would be answered with 429.
  default_route_settings {
    throttling_burst_limit   = var.default_route_settings.throttling_burst_limit
    throttling_rate_limit    = var.default_route_settings.throttling_rate_limit
    detailed_metrics_enabled = var.default_route_settings.detailed_metrics_enabled
  }

  dynamic "route_settings" {
    for_each = local.route_settings

    content {
      route_key                = local.route_keys[route_settings.key]
      throttling_burst_limit   = route_settings.value.throttling_burst_limit
      throttling_rate_limit    = route_settings.value.throttling_rate_limit
      detailed_metrics_enabled = route_settings.value.detailed_metrics_enabled
    }
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.access_log_format
  }

  lifecycle {
    # API Gateway does not delete a stage that a domain is mapped to. When the name changes, the new stage is created first, then
    # the domain's mapping changes, and the old stage is deleted last.
    create_before_destroy = true
  }

  # A stage cannot have settings for a route that does not exist.
  depends_on = [aws_apigatewayv2_route.this]
}

# AWS recommends the prefix /aws/vendedlogs/: groups under it share one line of the account's resource policy
# for logs, which is limited to 5,120 characters and otherwise grows with every API.
resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/vendedlogs/apigateway/${local.name}"
  retention_in_days = var.log_retention_days
  skip_destroy      = var.keep_logs
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = local.routed_functions

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = local.invoke_arns[each.key]
  payload_format_version = "2.0"

  # Lambda is called with POST, whatever the method of the route.
  integration_method = "POST"

  # The maximum of API Gateway. The function's own timeout should end a request; a cold
  # start does not count towards that timeout, but counts here, so this one must not expire first.
  timeout_milliseconds = 30000

  lifecycle {
    # API Gateway does not delete an integration that a route still uses: the route changes first, as when it
    # joins the function of other routes.
    create_before_destroy = true

    precondition {
      condition     = local.functions[each.key].timeout <= 30
      error_message = "The function ${each.key} may run for ${local.functions[each.key].timeout} seconds, but API Gateway gives up after 30 and answers 503. Give its route a timeout of 30 seconds or less."
    }
  }

  # No route leads to a function before API Gateway may call it.
  depends_on = [local.permission_ids]
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  #checkov:skip=CKV_AWS_309:A route is open only where its author wrote auth = "none"
  api_id    = aws_apigatewayv2_api.this.id
  route_key = local.route_keys[each.value]
  target    = "integrations/${local.integration_ids[local.lambda_routes[each.value].function]}"

  authorization_type   = local.lambda_routes[each.value].authorization_type
  authorizer_id        = local.lambda_routes[each.value].authorizer == null ? null : local.authorizer_ids[local.lambda_routes[each.value].authorizer]
  authorization_scopes = local.lambda_routes[each.value].scopes

  # No route uses an authorizer before API Gateway may call it.
  depends_on = [aws_lambda_permission.authorizer]
}
