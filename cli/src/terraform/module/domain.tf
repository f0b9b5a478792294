# The routegen module: the API's own domain name, if the caller has one.

locals {
  # At most one. Its name may come from a resource and be unknown before the apply, so it is not used as a key.
  domains = { for domain in var.custom_domain[*] : "custom" => domain }

  # The domain that the module creates. For an existing one it only adds the API's mapping.
  own_domains = { for key, domain in local.domains : key => domain if domain.create }
}

resource "aws_apigatewayv2_domain_name" "this" {
  for_each = local.own_domains

  domain_name = each.value.name
  tags        = var.tags

  domain_name_configuration {
    certificate_arn = each.value.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
    ip_address_type = each.value.ip_address_type

    # With mutual TLS, a public certificate of an issuer other than ACM requires one from ACM as well.
    ownership_verification_certificate_arn = each.value.ownership_verification_certificate_arn
  }

  dynamic "mutual_tls_authentication" {
    for_each = each.value.mutual_tls[*]

    content {
      truststore_uri     = mutual_tls_authentication.value.truststore_uri
      truststore_version = mutual_tls_authentication.value.truststore_version
    }
  }

  lifecycle {
    # Otherwise a client without a certificate could use the execute-api address.
    precondition {
      condition     = each.value.mutual_tls == null || var.disable_execute_api_endpoint
      error_message = "custom_domain.mutual_tls protects nothing while the API also answers at its execute-api address: set disable_execute_api_endpoint."
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  for_each = local.domains

  api_id          = aws_apigatewayv2_api.this.id
  domain_name     = each.value.create ? aws_apigatewayv2_domain_name.this[each.key].id : each.value.name
  stage           = aws_apigatewayv2_stage.this.id
  api_mapping_key = each.value.mapping_key
}

resource "aws_route53_record" "this" {
  # API Gateway has no IPv6 address for the domain unless it is "dualstack".
  for_each = toset(flatten([for domain in local.own_domains : domain.ip_address_type == "dualstack" ? ["A", "AAAA"] : ["A"] if domain.create_records]))

  zone_id = local.domains.custom.zone_id
  name    = local.domains.custom.name
  type    = each.value

  alias {
    name                   = aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this["custom"].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
