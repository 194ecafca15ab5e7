output "settings" {
  description = "The platform's environment variables: none of them secret."
  value       = module.platform.settings
}

output "deployment" {
  description = "What the deployment needs to know of this environment."
  value       = module.platform.deployment
}

output "oidc_issuer_url" {
  description = "Who vouches for the cluster's service accounts (login)."
  value       = module.platform.oidc_issuer_url
}

output "databricks" {
  description = "The workspace, and its cluster policy once there is a catalog."
  value = {
    url               = module.platform.databricks.url
    cluster_policy_id = one(module.catalog[*].cluster_policy_id)
  }
}
