# The environment prod: what it is made of and how large.

module "platform" {
  source = "../../modules/platform"

  environment           = "prod"
  suffix                = var.suffix
  resource_group_name   = "monette-prod"
  address_space         = "10.50.0.0/16"
  private_endpoints     = var.private_endpoints
  allowed_ip_ranges     = var.allowed_ip_ranges
  people                = var.people
  deployer_principal_id = var.deployer_principal_id
  sealer_principal_id   = var.sealer_principal_id
  event_senders         = var.event_senders

  # Seven years, as the Income Tax Act asks of books (six after the year's end). Lock it once the first copy was looked at: that
  # cannot be taken back (docs/azure.md).
  storage = {
    replication        = "GZRS"
    deleted_days       = 30
    immutable_days     = 2557
    immutability_state = "Unlocked"
    locked             = true
  }

  database = {
    sku_name         = "GP_Standard_D2ds_v5"
    storage_mb       = 65536
    backup_days      = 35
    standby          = true
    password_version = 1
  }

  registry = {
    zone_redundant = true
  }

  cluster = {
    sku_tier      = "Standard"
    service_size  = "Standard_D4ds_v5"
    service_nodes = { least = 2, most = 4 }
    run_size      = "Standard_E8ds_v5"
    run_nodes     = 6
    zones         = ["1", "2", "3"]
  }

  # Scale tickets come a few a minute at harvest, telemetry a few hundred a second.
  events = {
    throughput_units      = 1
    most_throughput_units = 10
    hubs = {
      scale_tickets = { partitions = 4, hours = 168 }
      telemetry     = { partitions = 16, hours = 168 }
    }
  }

  logs = {
    days     = 90
    daily_gb = 10
  }

  alerts = {
    emails      = var.alerted
    runbook_url = var.runbook_url
  }

  budget = {
    monthly = 4000
    components = {
      compute    = 1600
      databricks = 1000
      storage    = 400
      database   = 400
      events     = 200
      monitoring = 300
    }
    start = var.budget_start
  }
}

module "catalog" {
  source = "../../modules/catalog"
  count  = var.databricks_groups == null ? 0 : 1

  name                = "monette_prod"
  access_connector_id = module.platform.databricks.access_connector_id
  lake_url            = module.platform.lake_url
  readers             = var.databricks_groups.readers
  engineers           = var.databricks_groups.engineers
  node_types          = ["Standard_D8ds_v5", "Standard_E8ds_v5", "Standard_D4ds_v5"]
  most_workers        = 8
  dbus_per_hour       = 40
}
