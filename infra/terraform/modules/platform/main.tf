# The whole platform of one environment, but for what lives in Databricks (module catalog) and in Entra ID (module login).

data "azurerm_client_config" "current" {}

data "azurerm_resource_group" "this" {
  name = var.resource_group_name
}

locals {
  name     = "monette-${var.environment}"
  unique   = "${local.name}-${var.suffix}"
  compact  = replace(local.unique, "-", "")
  location = data.azurerm_resource_group.this.location
  tags = {
    system      = "monette"
    environment = var.environment
  }
}

module "network" {
  source = "../network"

  name                = local.name
  resource_group_name = var.resource_group_name
  location            = local.location
  address_space       = var.address_space
  private_endpoints   = var.private_endpoints
  tags                = local.tags
}

module "log_analytics" {
  source = "../log_analytics"

  name                = local.name
  resource_group_name = var.resource_group_name
  location            = local.location
  log_days            = var.logs.days
  daily_gb            = var.logs.daily_gb
  tags                = local.tags
}

module "lake" {
  source = "../lake"

  account_name        = "${local.compact}lake"
  resource_group_name = var.resource_group_name
  location            = local.location
  replication         = var.storage.replication
  deleted_days        = var.storage.deleted_days
  log_days            = var.logs.days
  locked              = var.storage.locked
  private_endpoints   = var.private_endpoints
  allowed_ip_ranges   = var.allowed_ip_ranges
  subnet_ids          = module.network.service_subnet_ids
  tags                = local.tags
}

module "sealed" {
  source = "../sealed"

  account_name        = "${local.compact}seal"
  resource_group_name = var.resource_group_name
  location            = local.location
  replication         = var.storage.replication
  immutable_days      = var.storage.immutable_days
  immutability_state  = var.storage.immutability_state
  private_endpoints   = var.private_endpoints
  allowed_ip_ranges   = var.allowed_ip_ranges
  subnet_ids          = module.network.service_subnet_ids
  tags                = local.tags
}

module "key_vault" {
  source = "../key_vault"

  name                = "${local.compact}kv"
  resource_group_name = var.resource_group_name
  location            = local.location
  tenant_id           = data.azurerm_client_config.current.tenant_id
  private_endpoints   = var.private_endpoints
  purge_days          = 90
  tags                = local.tags
}

module "event_hubs" {
  source = "../event_hubs"

  name                  = "${local.unique}-events"
  resource_group_name   = var.resource_group_name
  location              = local.location
  hubs                  = var.events.hubs
  throughput_units      = var.events.throughput_units
  most_throughput_units = var.events.most_throughput_units
  private_endpoints     = var.private_endpoints
  allowed_ip_ranges     = var.allowed_ip_ranges
  subnet_ids            = module.network.service_subnet_ids
  tags                  = local.tags
}

module "postgresql" {
  source = "../postgresql"

  name                = "${local.unique}-postgresql"
  resource_group_name = var.resource_group_name
  location            = local.location
  subnet_id           = module.network.subnet_ids["database"]
  private_dns_zone_id = module.network.private_dns_zone_ids["privatelink.postgres.database.azure.com"]
  sku_name            = var.database.sku_name
  storage_mb          = var.database.storage_mb
  backup_days         = var.database.backup_days
  standby             = var.database.standby
  password_version    = var.database.password_version
  key_vault_id        = module.key_vault.id
  tags                = local.tags

  # The password is written into the vault from where Terraform runs.
  depends_on = [module.private_endpoints]
}

module "container_registry" {
  source = "../container_registry"

  name                = "${local.compact}images"
  resource_group_name = var.resource_group_name
  location            = local.location
  zone_redundant      = var.registry.zone_redundant
  private_endpoints   = var.private_endpoints
  tags                = local.tags
}

locals {
  # Nodes reach a public API server from the network's one address: whoever else is let in, they are too.
  reaches_cluster = length(var.allowed_ip_ranges) == 0 ? [] : concat(var.allowed_ip_ranges, ["${module.network.outbound_ip_address}/32"])
}

module "kubernetes" {
  source = "../kubernetes"

  name                       = local.name
  resource_group_name        = var.resource_group_name
  location                   = local.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  virtual_network_id         = module.network.id
  subnet_id                  = module.network.subnet_ids["cluster"]
  private                    = var.private_endpoints
  allowed_ip_ranges          = local.reaches_cluster
  administrators_group_id    = var.people.administrators
  sku_tier                   = var.cluster.sku_tier
  service_size               = var.cluster.service_size
  service_nodes              = var.cluster.service_nodes
  run_size                   = var.cluster.run_size
  run_nodes                  = var.cluster.run_nodes
  zones                      = var.cluster.zones
  log_analytics_workspace_id = module.log_analytics.id
  tags                       = local.tags
}

module "identities" {
  source = "../identities"

  name                = local.name
  resource_group_name = var.resource_group_name
  location            = local.location
  oidc_issuer_url     = module.kubernetes.oidc_issuer_url
  namespace           = var.namespace
  service_accounts    = var.service_accounts
  tags                = local.tags
}

module "databricks" {
  source = "../databricks"

  name                  = local.name
  resource_group_name   = var.resource_group_name
  location              = local.location
  virtual_network_id    = module.network.id
  host_subnet_name      = "databricks_host"
  worker_subnet_name    = "databricks_workers"
  host_association_id   = module.network.security_group_association_ids["databricks_host"]
  worker_association_id = module.network.security_group_association_ids["databricks_workers"]
  tags                  = local.tags
}

module "monitoring" {
  source = "../monitoring"

  name                       = local.name
  resource_group_name        = var.resource_group_name
  location                   = local.location
  log_analytics_workspace_id = module.log_analytics.id
  container_rule_id          = module.log_analytics.container_rule_id
  cluster_id                 = module.kubernetes.id
  namespace                  = var.namespace
  lake_id                    = module.lake.id
  sealed_id                  = module.sealed.id
  event_hubs_id              = module.event_hubs.id
  postgresql_id              = module.postgresql.id
  key_vault_id               = module.key_vault.id
  emails                     = var.alerts.emails
  runbook_url                = var.alerts.runbook_url
  tags                       = local.tags

  audited = {
    lake       = "${module.lake.id}/blobServices/default"
    sealed     = "${module.sealed.id}/blobServices/default"
    key_vault  = module.key_vault.id
    event_hubs = module.event_hubs.id
    registry   = module.container_registry.id
  }
}

module "budget" {
  source = "../budget"

  name            = local.name
  subscription_id = data.azurerm_client_config.current.subscription_id
  monthly         = var.budget.monthly
  components      = var.budget.components
  start           = var.budget.start
  action_group_id = module.monitoring.action_group_id

  resource_group_names = [var.resource_group_name, module.kubernetes.node_resource_group_name, module.databricks.managed_resource_group_name]
}
