output "principal_ids" {
  description = "Object ids by identity, as role assignments want them."
  value       = { for name, it in azurerm_user_assigned_identity.this : name => it.principal_id }
}

output "client_ids" {
  description = "Client ids by identity, as service accounts are annotated with (azure.workload.identity/client-id)."
  value       = { for name, it in azurerm_user_assigned_identity.this : name => it.client_id }
}
