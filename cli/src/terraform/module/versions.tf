# The routegen module: the versions that it needs.

terraform {
  # Optional object attributes with defaults came with Terraform 1.3.
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first release that knows the runtime provided.al2023. There is no upper bound: which
      # release is used is the calling root's choice, and its lock file's.
      version = ">= 5.26"
    }
  }
}
