output "ids" {
  description = "Every budget."
  value       = concat([azurerm_consumption_budget_subscription.all.id], [for it in azurerm_consumption_budget_subscription.component : it.id])
}
