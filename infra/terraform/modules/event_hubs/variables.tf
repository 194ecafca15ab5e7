variable "name" {
  description = "Name of the namespace, unique in all of Azure."
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

variable "hubs" {
  description = "Hubs (Kafka topics) by name: partitions and hours an event is kept."
  type        = map(object({ partitions = number, hours = number }))
}

variable "throughput_units" {
  description = "Throughput units bought at least: 1 MB/s in, 2 MB/s out each."
  type        = number
}

variable "most_throughput_units" {
  description = "Throughput units that are added by themselves when they are needed."
  type        = number
}

variable "private_endpoints" {
  description = "Whether the namespace is reached by private endpoints only."
  type        = bool
}

variable "allowed_ip_ranges" {
  description = "Public addresses (weighbridges, machines) let in where there are no private endpoints."
  type        = list(string)
}

variable "subnet_ids" {
  description = "Subnets let in where there are no private endpoints."
  type        = list(string)
}
