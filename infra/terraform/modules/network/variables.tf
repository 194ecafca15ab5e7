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

variable "address_space" {
  description = "A /16 that nothing else in the company uses."
  type        = string
}

variable "private_endpoints" {
  description = "Whether services are reached by private endpoints; their DNS zones are made then."
  type        = bool
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
