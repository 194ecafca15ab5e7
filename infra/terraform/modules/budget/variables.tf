variable "name" {
  description = "Prefix of every name, such as monette-dev."
  type        = string
}

variable "subscription_id" {
  description = "The subscription, whose budgets they are."
  type        = string
}

variable "resource_group_names" {
  description = "What is paid for: every resource group the platform spends in."
  type        = list(string)
}

variable "monthly" {
  description = "What a month may cost in all, in the currency of the subscription."
  type        = number
}

variable "components" {
  description = "What a month of one component may cost, by its tag."
  type        = map(number)
}

variable "start" {
  description = "First day of the month the budgets begin in, such as 2026-12-01."
  type        = string
}

variable "action_group_id" {
  description = "Who is told."
  type        = string
}
