variable "name" {
  description = "Prefix of every name, such as monette-dev."
  type        = string
}

variable "resource_group_id" {
  description = "What is paid for."
  type        = string
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
