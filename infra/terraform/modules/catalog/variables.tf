variable "name" {
  description = "Name of the catalog, such as monette_dev."
  type        = string
}

variable "access_connector_id" {
  description = "The identity Unity Catalog reads the lake as."
  type        = string
}

variable "lake_url" {
  description = "MONETTE_LAKE."
  type        = string
}

variable "readers" {
  description = "Databricks group that may query gold."
  type        = string
}

variable "engineers" {
  description = "Databricks group that may query everything and run jobs under the policy."
  type        = string
}

variable "node_types" {
  description = "Machines that clusters under the policy may have."
  type        = list(string)
}

variable "most_workers" {
  description = "Workers of one cluster at most."
  type        = number
}

variable "dbus_per_hour" {
  description = "What one cluster may cost at most, in DBU an hour."
  type        = number
}
