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

variable "virtual_network_id" {
  description = "Network the clusters live in."
  type        = string
}

variable "host_subnet_name" {
  description = "Name of the subnet Databricks calls public."
  type        = string
}

variable "worker_subnet_name" {
  description = "Name of the subnet Databricks calls private."
  type        = string
}

variable "host_association_id" {
  description = "What ties the host subnet to its security group."
  type        = string
}

variable "worker_association_id" {
  description = "What ties the worker subnet to its security group."
  type        = string
}
