variable "name" {
  description = "Name people see when they sign in."
  type        = string
}

variable "host" {
  description = "Name people type for the interface."
  type        = string
}

variable "operators_group_id" {
  description = "Entra group whose members launch and backfill."
  type        = string
}

variable "viewers_group_id" {
  description = "Entra group whose members look."
  type        = string
}

variable "issuer" {
  description = "Who vouches for the cluster's service accounts."
  type        = string
}

variable "service_account" {
  description = "Service account of the login's pod, as namespace:name."
  type        = string
}

variable "owners" {
  description = "Object ids of people who may change the registration."
  type        = list(string)
}
