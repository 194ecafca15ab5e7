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

variable "name" {
  description = "Prefix of every name, such as monette-dev."
  type        = string
}

variable "log_analytics_workspace_id" {
  description = "Where logs go."
  type        = string
}

variable "container_rule_id" {
  description = "The rule that says what is collected of containers."
  type        = string
}

variable "audited" {
  description = "Resources whose audit logs are kept, by name."
  type        = map(string)
}

variable "cluster_id" {
  description = "The Kubernetes cluster."
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the platform."
  type        = string
}

variable "lake_id" {
  description = "Storage account of the lake."
  type        = string
}

variable "sealed_id" {
  description = "Storage account of the immutable copy."
  type        = string
}

variable "event_hubs_id" {
  description = "Namespace of the event hubs."
  type        = string
}

variable "postgresql_id" {
  description = "PostgreSQL server."
  type        = string
}

variable "key_vault_id" {
  description = "Key vault."
  type        = string
}

variable "emails" {
  description = "Who is told, by name."
  type        = map(string)
}

variable "runbook_url" {
  description = "Page that says what to do about each alert, by the alert's name."
  type        = string
}
