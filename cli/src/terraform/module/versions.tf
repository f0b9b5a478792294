# The routegen module: the versions that it needs.

terraform {
  # terraform_data came with Terraform 1.4. Tests run 1.11.
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Tests run 5.100. Version 6 was not run, but a test compares the module with the schema of 6.25; releases that are
      # known to fail are excluded. 6.2 and 6.3 fail on every change of a function with
      # an alias, 6.14 on changes of any function (hashicorp/terraform-provider-aws#43395, #44366). Some releases before
      # 5.100 lack settings of the user pool, domain and functions. An unknown major release is refused.
      version = ">= 5.100.0, < 7.0.0, != 6.2.0, != 6.3.0, != 6.14.0"
    }
  }
}
