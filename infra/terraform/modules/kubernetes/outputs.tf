output "id" {
  description = "The cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "name" {
  description = "Its name."
  value       = azurerm_kubernetes_cluster.this.name
}

output "node_resource_group_name" {
  description = "Resource group of the nodes, which AKS makes."
  value       = azurerm_kubernetes_cluster.this.node_resource_group
}

output "oidc_issuer_url" {
  description = "Who vouches for the cluster's service accounts."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "kubelet_object_id" {
  description = "The identity that pulls images."
  value       = azurerm_user_assigned_identity.nodes.principal_id
}
