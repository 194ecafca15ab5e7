output "workspace_resource_id" {
  description = "The workspace, as Azure calls it."
  value       = azurerm_databricks_workspace.this.id
}

output "managed_resource_group_name" {
  description = "Resource group of the workspace's machines, which Databricks makes."
  value       = azurerm_databricks_workspace.this.managed_resource_group_name
}

output "workspace_url" {
  description = "Where the workspace answers."
  value       = "https://${azurerm_databricks_workspace.this.workspace_url}"
}

output "access_connector_id" {
  description = "The identity Unity Catalog reads the lake as."
  value       = azurerm_databricks_access_connector.this.id
}

output "principal_id" {
  description = "Its object id."
  value       = azurerm_databricks_access_connector.this.identity[0].principal_id
}
