# The routegen module: the Cognito user pool with its token endpoint, scopes and client.

locals {
  uses_cognito = anytrue([for authorizer in local.authorizers : authorizer.kind == "cognito"])

  # The pool that the module creates: none if no route uses Cognito or the caller has a pool, at most one.
  cognito = {
    for key, authorizer in local.authorizers :
    key => authorizer if authorizer.kind == "cognito" && var.cognito_user_pool == null
  }
  cognito_users = { for key, authorizer in local.cognito : key => authorizer if var.cognito_user_client != null }

  # The caller's pool, if there is one and it is needed.
  their_pool = local.uses_cognito ? one(var.cognito_user_pool[*]) : null

  user_pool_id = local.their_pool == null ? one([for pool in aws_cognito_user_pool.this : pool.id]) : local.their_pool.id

  # The id of a pool starts with its region.
  pool_region = try(split("_", local.user_pool_id)[0], null)

  # The host name suffixes of a partition: that of the issuer, and that of the token endpoint, which is FIPS in GovCloud, because
  # there is no other.
  pool_partitions = {
    aws-cn     = { issuer = "amazonaws.com.cn", label = "auth", domain = "amazoncognito.com.cn" }
    aws-us-gov = { issuer = "amazonaws.com", label = "auth-fips", domain = "amazoncognito.com" }
  }
  pool_partition = lookup(local.pool_partitions, data.aws_partition.current.partition, { issuer = "amazonaws.com", label = "auth", domain = "amazoncognito.com" })

  # A token names its issuer by the pool's own address, even if the token endpoint is elsewhere.
  issuer = (
    local.their_pool == null
    ? one([for pool in aws_cognito_user_pool.this : "https://${pool.endpoint}"])
    : "https://${coalesce(local.their_pool.endpoint, "cognito-idp.${local.pool_region}.${local.pool_partition.issuer}/${local.their_pool.id}")}"
  )

  # The clients whose tokens are valid.
  cognito_audience = setunion(
    [for client in aws_cognito_user_pool_client.this : client.id],
    [for client in aws_cognito_user_pool_client.users : client.id],
    local.their_pool == null ? [] : local.their_pool.client_ids,
    var.cognito_additional_audiences,
  )

  oauth_endpoint = one([
    for domain in aws_cognito_user_pool_domain.this :
    "https://${domain.domain}.${coalesce(var.cognito_domain_suffix, "${local.pool_partition.label}.${local.pool_region}.${local.pool_partition.domain}")}/oauth2"
  ])

  oauth_scopes = flatten([
    for identifier, names in local.resource_servers : [for name in names : "${identifier}/${name}"]
  ])

  # Whether people sign in through a client of the module. If routes have no scopes, they do so through the client that is
  # otherwise for machines.
  people_sign_in = var.cognito_user_client != null || length(local.oauth_scopes) == 0
  mfa            = coalesce(var.cognito_mfa, local.people_sign_in ? "OPTIONAL" : "OFF")

  # Cognito allows only lower-case letters, digits and hyphens; the account id makes the name unique.
  default_domain_prefix = one([
    for identity in data.aws_caller_identity.current :
    "${trim(replace(lower(local.name), "/[^a-z0-9]+/", "-"), "-")}-${identity.account_id}"
  ])
  domain_prefix = try(coalesce(var.cognito_domain_prefix, local.default_domain_prefix), null)
}

# The provider derives it from its region, without a call.
data "aws_partition" "current" {}

# Only the default prefix needs the account id.
data "aws_caller_identity" "current" {
  for_each = { for key, authorizer in local.cognito : key => authorizer if var.cognito_domain_prefix == null }
}

resource "aws_cognito_user_pool" "this" {
  for_each = local.cognito

  name                = local.name
  deletion_protection = var.cognito_deletion_protection ? "ACTIVE" : "INACTIVE"
  tags                = var.tags

  # An app on a phone or computer; text messages can be intercepted, and cost money.
  mfa_configuration = local.mfa

  dynamic "software_token_mfa_configuration" {
    for_each = local.mfa == "OFF" ? [] : [each.key]

    content {
      enabled = true
    }
  }

  user_pool_tier = var.cognito_user_pool_tier

  dynamic "user_pool_add_ons" {
    for_each = var.cognito_threat_protection == "OFF" ? [] : [each.key]

    content {
      advanced_security_mode = var.cognito_threat_protection
    }
  }

  # Nobody can sign up by themselves: the owner of the API adds its callers.
  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 3
  }

  # A lost password is reset by email; if omitted, Cognito would prefer a text message.
  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # "Ada" and "ada" are the same user. This cannot be changed later without a new pool.
  username_configuration {
    case_sensitive = false
  }

  lifecycle {
    # AWS cannot rename a pool: Terraform would create another one, without the users and with other clients. Nothing
    # depends on the name.
    ignore_changes = [name]

    precondition {
      condition     = var.cognito_threat_protection == "OFF" || var.cognito_user_pool_tier == "PLUS"
      error_message = "cognito_threat_protection is a feature of the plan PLUS, for which AWS charges per user: set cognito_user_pool_tier = \"PLUS\" too."
    }
  }
}

# Without a domain there is no token endpoint, and so there are no tokens for machines.
resource "aws_cognito_user_pool_domain" "this" {
  for_each = local.cognito

  domain       = local.domain_prefix
  user_pool_id = aws_cognito_user_pool.this[each.key].id

  lifecycle {
    precondition {
      condition     = length(local.domain_prefix) <= 63 && !can(regex("aws|amazon|cognito", local.domain_prefix))
      error_message = "The domain prefix ${local.domain_prefix}, made from the API's name and the account id, is one that Cognito refuses: 63 characters at most, and neither \"aws\" nor \"amazon\" nor \"cognito\" in it. Set cognito_domain_prefix."
    }
  }
}

# A route's scope "items/read" is the scope `read` of the resource server `items`.
resource "aws_cognito_resource_server" "this" {
  for_each = {
    for identifier, names in local.resource_servers :
    identifier => names if local.uses_cognito && try(var.cognito_user_pool.create_resource_servers, true)
  }

  identifier   = each.key
  user_pool_id = local.user_pool_id

  # An identifier may be a URL, but a name allows fewer characters.
  name = replace(each.key, "/[^A-Za-z0-9_+=,.@-]+/", "-")

  dynamic "scope" {
    for_each = toset(each.value)

    content {
      scope_name        = scope.value
      scope_description = "${each.key}/${scope.value}"
    }
  }
}

# The client is for machines: it has a secret, may request every scope that a route needs, and uses only
# client_credentials, which Cognito does not allow together with the flows for users.
#
# If the routes have no scopes, there is none to request, and Cognito refuses client_credentials
# without a scope. The client then has no OAuth flow, and users of the pool sign in through it instead.
# It always has a secret, because changing that would replace the client, with another id.
resource "aws_cognito_user_pool_client" "this" {
  for_each = local.cognito

  name            = local.name
  user_pool_id    = aws_cognito_user_pool.this[each.key].id
  generate_secret = true

  allowed_oauth_flows_user_pool_client = length(local.oauth_scopes) > 0
  allowed_oauth_flows                  = length(local.oauth_scopes) > 0 ? ["client_credentials"] : []
  allowed_oauth_scopes                 = local.oauth_scopes

  # Always set: without the block of units, a number that is no longer set would stay, and count as hours.
  access_token_validity  = var.cognito_access_token_minutes
  id_token_validity      = 60
  refresh_token_validity = 720

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  # If omitted, Cognito would let users sign in through a client that is meant for machines.
  explicit_auth_flows = length(local.oauth_scopes) > 0 ? ["ALLOW_REFRESH_TOKEN_AUTH"] : ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]

  # Errors do not reveal whether a user exists.
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true

  # Scopes must exist before a client may name them.
  depends_on = [aws_cognito_resource_server.this]
}

# The optional client for people: a browser or an app sends them to Cognito's pages, and exchanges the
# returned code for tokens.
resource "aws_cognito_user_pool_client" "users" {
  for_each = local.cognito_users

  name            = "${local.name}-users"
  user_pool_id    = aws_cognito_user_pool.this[each.key].id
  generate_secret = var.cognito_user_client.generate_secret

  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = setunion(var.cognito_user_client.scopes, local.oauth_scopes)
  callback_urls                        = var.cognito_user_client.callback_urls
  logout_urls                          = var.cognito_user_client.logout_urls
  supported_identity_providers         = var.cognito_user_client.identity_providers
  explicit_auth_flows                  = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]

  access_token_validity  = var.cognito_user_client.access_token_minutes
  id_token_validity      = var.cognito_user_client.id_token_minutes
  refresh_token_validity = var.cognito_user_client.refresh_token_hours

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true

  lifecycle {
    precondition {
      condition     = length("${local.name}-users") <= 128
      error_message = "The client for people would be called ${local.name}-users, which is longer than the 128 characters that Cognito allows: shorten name to 122."
    }
  }

  depends_on = [aws_cognito_resource_server.this]
}
