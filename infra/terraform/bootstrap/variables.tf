variable "subscription_id" {
  description = "The subscription."
  type        = string
}

variable "location" {
  description = "Azure region of everything."
  type        = string
  default     = "canadacentral"
}

variable "suffix" {
  description = "Part of the names that are unique in all of Azure: 2 to 6 lower-case letters and digits."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{2,6}$", var.suffix))
    error_message = "expected 2 to 6 lower-case letters and digits, found ${var.suffix}"
  }
}

variable "repository" {
  description = "OWNER/NAME of the repository whose workflows deploy."
  type        = string

  validation {
    condition     = can(regex("^[^/*]+/[^/*]+$", var.repository))
    error_message = "expected OWNER/NAME, found ${var.repository}"
  }
}

variable "environments" {
  description = "Environments, each with a resource group and a GitHub environment of its own."
  type        = set(string)
  default     = ["dev", "prod"]
}
