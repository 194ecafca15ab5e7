output "id" {
  description = "The server."
  value       = azurerm_postgresql_flexible_server.this.id
}

output "host" {
  description = "DAGSTER_POSTGRES_HOST."
  value       = azurerm_postgresql_flexible_server.this.fqdn
}

output "user" {
  description = "POSTGRES_USER."
  value       = azurerm_postgresql_flexible_server.this.administrator_login
}

output "password_secret_id" {
  description = "The secret with POSTGRES_PASSWORD, as role assignments want it."
  value       = azurerm_key_vault_secret.password.resource_versionless_id
}

output "password_secret_name" {
  description = "Its name in the vault."
  value       = azurerm_key_vault_secret.password.name
}
