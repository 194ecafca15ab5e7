output "ids" {
  description = "Every budget."
  value       = concat([azurerm_consumption_budget_resource_group.all.id], [for it in azurerm_consumption_budget_resource_group.component : it.id])
}
