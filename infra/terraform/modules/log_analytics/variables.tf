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

variable "log_days" {
  description = "Days logs are kept."
  type        = number
}

variable "daily_gb" {
  description = "Logs taken in a day at most: a loop that logs is stopped here, not by the bill."
  type        = number
}
