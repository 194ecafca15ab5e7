variable "name" {
  description = "Name of the registry: letters and digits, unique in all of Azure."
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

variable "zone_redundant" {
  description = "Whether images are kept in several zones; asks for Premium, and another registry is made where it changes."
  type        = bool
}

variable "private_endpoints" {
  description = "Whether the registry is reached by private endpoints only; asks for Premium."
  type        = bool
}
