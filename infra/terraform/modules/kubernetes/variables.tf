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

variable "tenant_id" {
  description = "Entra tenant."
  type        = string
}

variable "virtual_network_id" {
  description = "Network the cluster may put load balancers into."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the nodes."
  type        = string
}

variable "private" {
  description = "Whether the API server has a private address only."
  type        = bool
}

variable "allowed_ip_ranges" {
  description = "Who reaches the API server where it is public."
  type        = list(string)
}

variable "administrators_group_id" {
  description = "Entra group whose members administer the cluster."
  type        = string
}

variable "sku_tier" {
  description = "Free, or Standard with an uptime agreement."
  type        = string
}

variable "service_size" {
  description = "Machine of the nodes for webservers, daemon and code location."
  type        = string
}

variable "service_nodes" {
  description = "How few and how many of them."
  type        = object({ least = number, most = number })
}

variable "run_size" {
  description = "Machine of the nodes for runs."
  type        = string
}

variable "run_nodes" {
  description = "How many of them at most; none while nothing runs."
  type        = number
}

variable "zones" {
  description = "Availability zones of the nodes."
  type        = list(string)
}

variable "log_analytics_workspace_id" {
  description = "Where container logs go."
  type        = string
}
