# The root of the example, written by hand: the table, and the module that `routegen emit-tf` keeps in ./routegen.

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

# What all functions share. Nothing is paid for a table that nobody asks.
resource "aws_dynamodb_table" "items" {
  name         = "${var.function_name_prefix == null ? "" : var.function_name_prefix}items"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "id"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "id"
    type = "N"
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

  # The code says that it needs ITEMS_TABLE; without a value here the plan fails.
  environment = merge(var.environment, { ITEMS_TABLE = aws_dynamodb_table.items.name })

  # Each function may do what it does, and no more; the rest is what the environment says of it.
  functions = merge(var.functions, {
    for key, action in { get_items = "read", create_item = "create" } : key => merge(
      try(var.functions[key], {}),
      { policies = { items = data.aws_iam_policy_document.items[action].json } },
    )
  })
}

data "aws_iam_policy_document" "items" {
  for_each = {
    read   = ["dynamodb:Query"]
    create = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
  }

  statement {
    actions   = each.value
    resources = [aws_dynamodb_table.items.arn]
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
