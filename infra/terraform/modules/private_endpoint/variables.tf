variable "name" {
  description = "What the endpoint leads to, such as monette-prod-lake-blob."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the endpoint."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "subnet_id" {
  description = "Subnet the endpoint gets its address in."
  type        = string
}

variable "resource_id" {
  description = "The service behind it."
  type        = string
}

variable "subresource" {
  description = "Which door of the service: blob, dfs, vault, namespace, registry."
  type        = string
}

variable "private_dns_zone_id" {
  description = "Zone the service's name is answered in."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
