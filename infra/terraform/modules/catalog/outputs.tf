output "name" {
  description = "The catalog."
  value       = databricks_catalog.this.name
}

output "cluster_policy_id" {
  description = "The policy of the platform's jobs."
  value       = databricks_cluster_policy.jobs.id
}
