# The root of the example, written by hand: the table, and the module that `routegen emit-tf` keeps in ./routegen.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.36"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "AWS region to deploy to."
  type        = string
}

variable "artifacts_dir" {
  description = "Folder that `routegen build` leaves the zip files in; by default the one in the target directory."
  type        = string
  default     = null
}

# What all functions share. Nothing is paid for a table that nobody asks.
resource "aws_dynamodb_table" "items" {
  name         = "items"
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

  # The code says that it needs ITEMS_TABLE; without a value here the plan fails.
  environment = { ITEMS_TABLE = aws_dynamodb_table.items.name }

  # Each function may do what it does, and no more.
  functions = {
    get_items   = { policies = { items = data.aws_iam_policy_document.items["read"].json } }
    create_item = { policies = { items = data.aws_iam_policy_document.items["create"].json } }
  }
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
