output "id" {
  description = "The registry."
  value       = azurerm_container_registry.this.id
}

output "login_server" {
  description = "What image names begin with."
  value       = azurerm_container_registry.this.login_server
}

output "name" {
  description = "Its name."
  value       = azurerm_container_registry.this.name
}
