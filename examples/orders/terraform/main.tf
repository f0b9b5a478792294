# The example's root module, written by hand: the table, and the module that `routegen emit-tf` writes to ./routegen. The queue,
# its dead-letter queue, the schedule, the rule and all policies are in that module.

terraform {
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0, != 6.2.0, != 6.3.0, != 6.14.0"
    }
  }
}

provider "aws" {
  region = var.region
}

# The table, which all functions share. `count_order` reads its stream.
resource "aws_dynamodb_table" "orders" {
  #checkov:skip=CKV_AWS_119:AWS's own key encrypts the table. A customer managed key costs a dollar a month; set it with `kms_key_arn` in `resources`.
  name             = "${var.function_name_prefix == null ? "" : var.function_name_prefix}orders"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "pk"
  range_key        = "sk"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

module "api" {
  source = "./routegen"

  artifacts_dir = coalesce(var.artifacts_dir, "${path.module}/../../../target/routegen/lambda")

  name                        = var.name
  function_name_prefix        = var.function_name_prefix
  tags                        = var.tags
  routes                      = var.routes
  cors                        = var.cors
  artifact_bucket             = var.artifact_bucket
  cognito_domain_prefix       = var.cognito_domain_prefix
  cognito_deletion_protection = var.cognito_deletion_protection
  environment                 = var.environment
  functions                   = var.functions

  # The code declares what each function may do with the table. Without an entry here, the plan fails.
  resources = {
    orders_table = {
      arn        = aws_dynamodb_table.orders.arn
      name       = aws_dynamodb_table.orders.name
      stream_arn = aws_dynamodb_table.orders.stream_arn
    }
  }
}

output "api_endpoint" {
  description = "Address that the routes hang under."
  value       = module.api.api_endpoint
}

output "token_endpoint" {
  description = "Address that gives access tokens."
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
