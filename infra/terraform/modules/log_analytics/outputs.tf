output "id" {
  description = "The workspace."
  value       = azurerm_log_analytics_workspace.this.id
}

output "container_rule_id" {
  description = "The rule that says what is collected of containers."
  value       = azurerm_monitor_data_collection_rule.containers.id
}
