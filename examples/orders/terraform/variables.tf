variable "region" {
  description = "AWS region to deploy to. Null takes that of the provider: AWS_REGION, or the profile's."
  type        = string
  default     = null
}

variable "artifacts_dir" {
  description = "Folder that `routegen build` leaves the zip files in; by default the one in the target directory."
  type        = string
  default     = null
}

# What differs between environments, for a file each: `terraform apply -var-file=staging.tfvars`. The module's variables of
# the same names, in ./routegen/variables.tf, say what they take.

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

variable "environment" {
  type      = map(string)
  default   = {}
  sensitive = true
}

variable "functions" {
  type    = any
  default = {}
}

variable "routes" {
  type    = any
  default = null
}

variable "cors" {
  type    = any
  default = null
}

variable "artifact_bucket" {
  type    = any
  default = null
}

variable "cognito_domain_prefix" {
  type    = string
  default = null
}

variable "cognito_deletion_protection" {
  type    = bool
  default = null
}
