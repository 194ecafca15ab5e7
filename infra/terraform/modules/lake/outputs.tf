output "id" {
  description = "The storage account."
  value       = azurerm_storage_account.this.id
}

output "account_name" {
  description = "Its name."
  value       = azurerm_storage_account.this.name
}

output "container_ids" {
  description = "Containers by name, as role assignments want them."
  value       = { for name, container in azurerm_storage_container.this : name => container.resource_manager_id }
}

output "lake_url" {
  description = "MONETTE_LAKE."
  value       = "abfss://lake@${azurerm_storage_account.this.name}.dfs.core.windows.net"
}

output "landing_url" {
  description = "MONETTE_LANDING."
  value       = "abfss://landing@${azurerm_storage_account.this.name}.dfs.core.windows.net"
}

output "compute_logs_url" {
  description = "MONETTE_COMPUTE_LOGS."
  value       = "abfss://compute-logs@${azurerm_storage_account.this.name}.dfs.core.windows.net"
}
