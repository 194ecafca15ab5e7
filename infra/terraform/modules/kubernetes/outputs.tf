output "id" {
  description = "The cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "name" {
  description = "Its name."
  value       = azurerm_kubernetes_cluster.this.name
}

output "oidc_issuer_url" {
  description = "Who vouches for the cluster's service accounts."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "kubelet_object_id" {
  description = "The identity that pulls images."
  value       = azurerm_user_assigned_identity.nodes.principal_id
}
