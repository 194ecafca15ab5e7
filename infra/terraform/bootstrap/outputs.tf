output "state_account" {
  description = "Storage account of the states: GitHub variable STATE_ACCOUNT."
  value       = azurerm_storage_account.state.name
}

output "client_ids" {
  description = "Client ids of the workflows' identities: GitHub variables AZURE_CLIENT_ID of the environments, PLAN_CLIENT_ID and SEAL_CLIENT_ID of the repository."
  value       = { for name, it in azurerm_user_assigned_identity.workflow : name => it.client_id }
}

output "principal_ids" {
  description = "Object ids of the workflows' identities: deployer_principal_id and sealer_principal_id of an environment."
  value       = { for name, it in azurerm_user_assigned_identity.workflow : name => it.principal_id }
}

output "tenant_id" {
  description = "Entra tenant: GitHub variable AZURE_TENANT_ID."
  value       = data.azurerm_client_config.current.tenant_id
}
