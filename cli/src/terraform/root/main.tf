# The root that calls the routegen module. routegen wrote it once, because there was none; it is yours now,
# and routegen will not touch it again. What it regenerates is the folder ./routegen.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.36"
    }
  }

  # Without a backend the state is a file in this folder. It holds the client's secret, so keep it out of
  # the repository, and put it where the team can share and lock it:
  #
  # backend "s3" {
  #   bucket = "my-terraform-state"
  #   key    = "my-api/terraform.tfstate"
  #   region = "eu-central-1"
  # }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "AWS region to deploy to."
  type        = string
}

module "api" {
  source = "./routegen"

  # Where `routegen build` leaves the zip files.
  artifacts_dir = "${path.module}/ROUTEGEN_ARTIFACTS_DIR"

  # Every variable is described in ./routegen/variables.tf. Some that often differ between environments:
  #
  # function_name_prefix        = "staging-"
  # environment                 = { LOG_LEVEL = "debug" }
  # cors                        = { allow_origins = ["https://app.example.com"] }
  # cognito_deletion_protection = false # before a destroy
}

output "api_endpoint" {
  description = "Address that the routes hang under."
  value       = module.api.api_endpoint
}

output "token_endpoint" {
  description = "Address that gives access tokens; null where no route asks for Cognito."
  value       = module.api.token_endpoint
}

output "client_id" {
  description = "Id of the client that asks for a token."
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
