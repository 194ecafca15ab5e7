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

variable "subject" {
  description = "What GitHub's tokens of the repository whose workflows deploy begin with: repo:OWNER@ID/NAME@ID; repo:OWNER/NAME of older repositories (docs/azure.md, 2)."
  type        = string

  validation {
    condition     = can(regex("^repo:[^/*:@]+(@[0-9]+)?/[^/*:@]+(@[0-9]+)?$", var.subject))
    error_message = "expected repo:OWNER@ID/NAME@ID or repo:OWNER/NAME, as GitHub says it (docs/azure.md, 2), found ${var.subject}"
  }
}

variable "environments" {
  description = "Environments, each with a resource group and a GitHub environment of its own."
  type        = set(string)
  default     = ["dev", "prod"]
}
