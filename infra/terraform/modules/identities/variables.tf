variable "name" {
  description = "Prefix of every name, such as monette-dev."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group everything is made in."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "oidc_issuer_url" {
  description = "Who vouches for the cluster's service accounts."
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the platform."
  type        = string
}

variable "service_accounts" {
  description = "Service accounts by identity: who may sign in as it."
  type        = map(set(string))
}
