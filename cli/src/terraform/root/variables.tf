# The variables of the root. routegen wrote this file once, because there was none; it is yours now, and routegen will not change it again.

variable "region" {
  description = "AWS region to deploy to. Null uses the provider's: AWS_REGION, or the profile's."
  type        = string
  default     = null
}

# Settings that differ between environments, with a file for each: `terraform apply -var-file=staging.tfvars`. They are passed to
# the module's variables of the same names, which ./routegen/variables.tf describes and checks; null is the module's default there.
# Remove variables that you set in the module's block, and add others that should differ.

# The name of this environment, if an account and region have several, for example "staging". It is part of the names of the API
# and its functions.
variable "copy" {
  type    = string
  default = null
}

variable "name" {
  type    = string
  default = null
}

variable "function_name_prefix" {
  type    = string
  default = null
}

variable "tags" {
  type    = map(string)
  default = null
}

# Set secrets in a file that is not committed or in TF_VAR_environment, or read them from where they are stored.
variable "environment" {
  type      = map(string)
  default   = null
  sensitive = true
}

variable "functions" {
  type    = any
  default = null
}

# The resources that the code uses, by their names in the code: { items_table = { arn = "...", name = "..." } }. Set resources that
# this configuration creates in the module's block instead, where you can refer to them.
variable "resources" {
  type    = any
  default = null
}

# Where failed events go, instead of a queue for each function that schedules, rules or streams call.
variable "dead_letter_queue" {
  type    = any
  default = null
}

variable "routes" {
  type    = any
  default = null
}

# Without it the API answers at most 1,000 requests a second, with bursts of 500, and 429 beyond that. The account's own quota
# is mostly 10,000 and 5,000.
variable "default_route_settings" {
  type    = any
  default = null
}

variable "cors" {
  type    = any
  default = null
}

variable "stage_name" {
  type    = string
  default = null
}

variable "custom_domain" {
  type    = any
  default = null
}

variable "disable_execute_api_endpoint" {
  type    = bool
  default = null
}

variable "artifact_bucket" {
  type    = any
  default = null
}

# Recommended in production, for example "live": code and configuration of a function then change at the same moment.
variable "alias" {
  type    = string
  default = null
}

variable "vpc" {
  type    = any
  default = null
}

variable "logging" {
  type    = any
  default = null
}

variable "kms_key_arn" {
  type    = string
  default = null
}

variable "role_name_prefix" {
  type    = string
  default = null
}

variable "role_path" {
  type    = string
  default = null
}

variable "role_permissions_boundary" {
  type    = string
  default = null
}

variable "log_retention_days" {
  type    = number
  default = null
}

variable "log_kms_key_arn" {
  type    = string
  default = null
}

variable "jwt_authorizers" {
  type    = any
  default = null
}

variable "cognito_user_pool" {
  type    = any
  default = null
}

variable "cognito_user_client" {
  type    = any
  default = null
}

variable "cognito_mfa" {
  type    = string
  default = null
}

variable "cognito_threat_protection" {
  type    = string
  default = null
}

variable "cognito_user_pool_tier" {
  type    = string
  default = null
}

variable "cognito_domain_prefix" {
  type    = string
  default = null
}

variable "cognito_domain_suffix" {
  type    = string
  default = null
}

variable "cognito_deletion_protection" {
  type    = bool
  default = null
}
