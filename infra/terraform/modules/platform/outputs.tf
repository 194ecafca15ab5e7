output "settings" {
  description = "The platform's environment variables: none of them secret."
  value = {
    MONETTE_LAKE           = module.lake.lake_url
    MONETTE_LANDING        = module.lake.landing_url
    MONETTE_SECRETS        = trimsuffix(module.key_vault.uri, "/")
    MONETTE_COMPUTE_LOGS   = module.lake.compute_logs_url
    MONETTE_EVENTS_BROKERS = module.event_hubs.bootstrap_servers
    MONETTE_MACHINE        = var.cluster.run_size                         # as the price book names it
    MONETTE_STORAGE        = "adls_hot_${lower(var.storage.replication)}" # likewise
    DAGSTER_POSTGRES_HOST  = module.postgresql.host
    POSTGRES_USER          = module.postgresql.user
    POSTGRES_DB            = "dagster"
  }
}

output "deployment" {
  description = "What the deployment needs to know of this environment."
  value = {
    registry        = module.container_registry.name
    login_server    = module.container_registry.login_server
    cluster         = module.kubernetes.name
    resource_group  = var.resource_group_name
    namespace       = var.namespace
    key_vault       = module.key_vault.name
    key_vault_uri   = module.key_vault.uri
    password_secret = module.postgresql.password_secret_name
    lake_account    = module.lake.account_name
    sealed_account  = module.sealed.account_name
    client_ids      = module.identities.client_ids
    outbound_ip     = module.network.outbound_ip_address
    runners_subnet  = module.network.subnet_ids["runners"]
    tenant          = data.azurerm_client_config.current.tenant_id
  }
}

output "oidc_issuer_url" {
  description = "Who vouches for the cluster's service accounts."
  value       = module.kubernetes.oidc_issuer_url
}

output "lake_url" {
  description = "MONETTE_LAKE."
  value       = module.lake.lake_url
}

output "databricks" {
  description = "The workspace: where it answers, what Azure calls it, and the identity it reads the lake as."
  value = {
    url                 = module.databricks.workspace_url
    resource_id         = module.databricks.workspace_resource_id
    access_connector_id = module.databricks.access_connector_id
  }
}

output "grants" {
  description = "Every role given away, as identity-thing: role."
  value       = { for name, it in local.grants : name => it.role }
}

output "alert_names" {
  description = "Every alert of Azure's; the runbook has a heading for each."
  value       = module.monitoring.alert_names
}
