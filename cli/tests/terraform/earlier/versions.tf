# The routegen module: the versions that it needs.

terraform {
  # Optional object attributes with defaults came with Terraform 1.3.
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # What decides is logging_config of aws_lambda_function: it came with 5.32, and before 5.36 a level
      # that it leaves out was a difference in every plan. The runtime provided.al2023 came with 5.26,
      # override_provider of aws_s3_object with 5.24. There is no upper bound: which release is used is the
      # calling root's choice, and its lock file's.
      version = ">= 5.36"
    }
  }
}
