output "id" {
  description = "The vault."
  value       = azurerm_key_vault.this.id
}

output "uri" {
  description = "Where it answers."
  value       = azurerm_key_vault.this.vault_uri
}

output "name" {
  description = "Its name."
  value       = azurerm_key_vault.this.name
}
