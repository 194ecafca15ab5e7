output "action_group_id" {
  description = "Who is told."
  value       = azurerm_monitor_action_group.this.id
}

output "alert_names" {
  description = "Every alert; the runbook has a heading for each."
  value       = keys(local.alerts)
}
