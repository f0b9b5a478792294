# The root that calls the routegen module. routegen wrote it once, because there was none; it is yours now,
# and routegen will not change it again. It only regenerates the folder ./routegen.

terraform {
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0, != 6.2.0, != 6.3.0, != 6.14.0"
    }
  }

  # Without a backend the state is a file in this folder, which .gitignore keeps out of the repository. It contains the secret
  # of the client and every value of `environment`. A versioned and encrypted bucket that only the owners of the API can read
  # is a better place; `use_lockfile` (Terraform 1.10) prevents concurrent applies.
  #
  # backend "s3" {
  #   bucket       = "my-terraform-state"
  #   key          = "my-api/terraform.tfstate"
  #   region       = "eu-central-1"
  #   encrypt      = true
  #   use_lockfile = true
  # }
}

provider "aws" {
  region = var.region
}

module "api" {
  source = "./routegen"

  # Where `routegen build` writes the zip files.
  artifacts_dir = "${path.module}/ROUTEGEN_ARTIFACTS_DIR"

  copy                         = var.copy
  name                         = var.name
  function_name_prefix         = var.function_name_prefix
  tags                         = var.tags
  environment                  = var.environment
  functions                    = var.functions
  resources                    = var.resources
  dead_letter_queue            = var.dead_letter_queue
  routes                       = var.routes
  default_route_settings       = var.default_route_settings
  cors                         = var.cors
  stage_name                   = var.stage_name
  custom_domain                = var.custom_domain
  disable_execute_api_endpoint = var.disable_execute_api_endpoint
  artifact_bucket              = var.artifact_bucket
  alias                        = var.alias
  vpc                          = var.vpc
  logging                      = var.logging
  kms_key_arn                  = var.kms_key_arn
  role_name_prefix             = var.role_name_prefix
  role_path                    = var.role_path
  role_permissions_boundary    = var.role_permissions_boundary
  log_retention_days           = var.log_retention_days
  log_kms_key_arn              = var.log_kms_key_arn
  jwt_authorizers              = var.jwt_authorizers
  cognito_user_pool            = var.cognito_user_pool
  cognito_user_client          = var.cognito_user_client
  cognito_mfa                  = var.cognito_mfa
  cognito_threat_protection    = var.cognito_threat_protection
  cognito_user_pool_tier       = var.cognito_user_pool_tier
  cognito_domain_prefix        = var.cognito_domain_prefix
  cognito_domain_suffix        = var.cognito_domain_suffix
  cognito_deletion_protection  = var.cognito_deletion_protection
}

output "api_endpoint" {
  description = "Base address of the routes; null with disable_execute_api_endpoint."
  value       = module.api.api_endpoint
}

output "custom_domain_endpoint" {
  description = "Base address of the routes at custom_domain; null without custom_domain."
  value       = module.api.custom_domain_endpoint
}

output "custom_domain_target" {
  description = "Target of a DNS record for custom_domain; null without custom_domain."
  value       = module.api.custom_domain_target
}

output "token_endpoint" {
  description = "Address that issues access tokens; null if no route uses Cognito."
  value       = module.api.token_endpoint
}

output "client_id" {
  description = "Id of the client that requests a token."
  value       = module.api.client_id
}

output "client_secret" {
  description = "Secret of that client; `terraform output -raw client_secret` shows it."
  value       = module.api.client_secret
  sensitive   = true
}

output "function_names" {
  description = "Name of each function in AWS."
  value       = module.api.function_names
}
