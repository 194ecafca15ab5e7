variable "name" {
  description = "Name of the vault, unique in all of Azure."
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

variable "tenant_id" {
  description = "Entra tenant."
  type        = string
}

variable "private_endpoints" {
  description = "Whether the vault is reached by private endpoints only."
  type        = bool
}

variable "purge_days" {
  description = "Days a deleted secret can be brought back; nobody purges it before."
  type        = number
}
