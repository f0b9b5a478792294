# The routegen module: the versions that it needs.

terraform {
  # terraform_data came with Terraform 1.4. Tests run 1.11.
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.100 is what tests run. Of 6 a test compares the schema of 6.25 with all that is written here, and nothing
      # was run: what is known to break is left out. 6.2 and 6.3 fail at every change of a function with
      # an alias, 6.14 at changes of any function (hashicorp/terraform-provider-aws#43395, #44366). Of releases before
      # 5.100, some lack settings of the user pool, domain and functions. The major release that nobody knows is refused.
      version = ">= 5.100.0, < 7.0.0, != 6.2.0, != 6.3.0, != 6.14.0"
    }
  }
}
