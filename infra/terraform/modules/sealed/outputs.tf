output "id" {
  description = "The storage account."
  value       = azurerm_storage_account.this.id
}

output "account_name" {
  description = "Its name."
  value       = azurerm_storage_account.this.name
}

output "container_id" {
  description = "The container, as role assignments want it."
  value       = azurerm_storage_container.lake.resource_manager_id
}
