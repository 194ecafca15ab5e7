variable "account_name" {
  description = "Name of the storage account: 3 to 24 lower-case letters and digits, unique in all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.account_name))
    error_message = "expected 3 to 24 lower-case letters and digits, found ${var.account_name}"
  }
}

variable "resource_group_name" {
  description = "Resource group of the account."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "replication" {
  description = "LRS, ZRS, GRS, GZRS, RAGRS or RAGZRS."
  type        = string
}

variable "deleted_days" {
  description = "Days a deleted or overwritten file can be brought back."
  type        = number
}

variable "log_days" {
  description = "Days the logs of runs are kept."
  type        = number
}

variable "locked" {
  description = "Whether a lock keeps the account from being deleted."
  type        = bool
}

variable "private_endpoints" {
  description = "Whether the account is reached by private endpoints only."
  type        = bool
}

variable "allowed_ip_ranges" {
  description = "Public addresses (no /31 or /32 ranges: Azure wants those as single addresses) let in where there are no private endpoints."
  type        = list(string)
}

variable "subnet_ids" {
  description = "Subnets let in where there are no private endpoints."
  type        = list(string)
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
