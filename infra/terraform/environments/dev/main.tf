# The environment dev: what it is made of and how large.

module "platform" {
  source = "../../modules/platform"

  environment           = "dev"
  suffix                = var.suffix
  resource_group_name   = "monette-dev"
  address_space         = "10.40.0.0/16"
  private_endpoints     = var.private_endpoints
  allowed_ip_ranges     = var.allowed_ip_ranges
  people                = var.people
  deployer_principal_id = var.deployer_principal_id
  sealer_principal_id   = var.sealer_principal_id
  event_senders         = var.event_senders

  storage = {
    replication        = "LRS"
    deleted_days       = 7
    immutable_days     = 1
    immutability_state = "Unlocked"
    locked             = false
  }

  database = {
    sku_name         = "B_Standard_B1ms"
    storage_mb       = 32768
    backup_days      = 7
    standby          = false
    password_version = 1
  }

  registry = {
    zone_redundant = false
  }

  cluster = {
    sku_tier      = "Free"
    service_size  = "Standard_D4ds_v5"
    service_nodes = { least = 1, most = 2 }
    run_size      = "Standard_D4ds_v5"
    run_nodes     = 2
    zones         = ["1"]
  }

  # Scale tickets come a few a minute at harvest, telemetry a few hundred a second.
  events = {
    throughput_units      = 1
    most_throughput_units = 2
    hubs = {
      scale_tickets = { partitions = 4, hours = 168 }
      telemetry     = { partitions = 4, hours = 168 }
    }
  }

  logs = {
    days     = 30
    daily_gb = 1
  }

  alerts = {
    emails      = var.alerted
    runbook_url = var.runbook_url
  }

  budget = {
    monthly = 700
    components = {
      compute    = 400
      databricks = 100
      storage    = 30
      database   = 30
      events     = 40
      monitoring = 60
    }
    start = var.budget_start
  }
}

module "catalog" {
  source = "../../modules/catalog"
  count  = var.databricks_groups == null ? 0 : 1

  name                = "monette_dev"
  access_connector_id = module.platform.databricks.access_connector_id
  lake_url            = module.platform.lake_url
  readers             = var.databricks_groups.readers
  engineers           = var.databricks_groups.engineers
  node_types          = ["Standard_D4ds_v5"]
  most_workers        = 2
  dbus_per_hour       = 6
}
