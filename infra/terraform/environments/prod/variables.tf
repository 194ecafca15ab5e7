variable "subscription_id" {
  description = "The subscription."
  type        = string
}

variable "suffix" {
  description = "Part of the names that are unique in all of Azure: 2 to 6 lower-case letters and digits, as in the bootstrap."
  type        = string
}

variable "deployer_principal_id" {
  description = "Output principal_ids of the bootstrap: deploy-prod."
  type        = string
}

variable "sealer_principal_id" {
  description = "Output principal_ids of the bootstrap: seal."
  type        = string
}

variable "people" {
  description = "Object ids of Entra groups: administrators of the cluster, and who drops sheets into the landing container."
  type = object({
    administrators = string
    landing        = string
  })
}

variable "event_senders" {
  description = "Object ids of the managed identities or service principals that send events, by name (docs/azure.md)."
  type        = map(string)
  default     = {}
}

variable "allowed_ip_ranges" {
  description = "Public addresses (offices, weighbridges) let in where there are no private endpoints."
  type        = list(string)
  default     = []
}

variable "private_endpoints" {
  description = "Whether services have private addresses only; Terraform then runs in the subnet `runners`. To be decided before the first apply (docs/azure.md)."
  type        = bool
  default     = true
}

variable "alerted" {
  description = "Who is told by mail, by name."
  type        = map(string)
}

variable "runbook_url" {
  description = "docs/azure.md as your operators read it."
  type        = string
}

variable "budget_start" {
  description = "First day of the month the budgets begin in, such as 2026-12-01."
  type        = string
}

variable "databricks_groups" {
  description = "Databricks groups: who reads gold, and who reads everything and runs jobs. Unset until they exist: no catalog is made."
  type = object({
    readers   = string
    engineers = string
  })
  default = null
}
