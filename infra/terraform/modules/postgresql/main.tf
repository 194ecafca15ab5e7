# Dagster's runs, events and schedules. No public door: the server lives in a subnet of its own.

# Drawn anew in every run, and never written to a plan or a state. Server and vault each take it in the run in which their `password_version`
# moves: one run, unless it ends between the two. Then they hold different ones, and `password_version` is raised again (docs/azure.md).
ephemeral "random_password" "administrator" {
  length  = 40
  special = false
}

resource "azurerm_postgresql_flexible_server" "this" {
  #checkov:skip=CKV_AZURE_136:runs and their history are not worth another region's copy
  #checkov:skip=CKV2_AZURE_57:in a subnet of its own instead, without any public address
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  version                       = "17"
  sku_name                      = var.sku_name
  storage_mb                    = var.storage_mb
  auto_grow_enabled             = true
  delegated_subnet_id           = var.subnet_id
  private_dns_zone_id           = var.private_dns_zone_id
  public_network_access_enabled = false
  backup_retention_days         = var.backup_days
  # Runs and their history can be made again from the lake; another region's copy of them is not worth its price.
  geo_redundant_backup_enabled      = false
  administrator_login               = "dagster"
  administrator_password_wo         = ephemeral.random_password.administrator.result
  administrator_password_wo_version = var.password_version
  tags                              = merge(var.tags, { component = "database" })

  authentication {
    password_auth_enabled         = true
    active_directory_auth_enabled = false
  }

  dynamic "high_availability" {
    for_each = var.standby ? ["ZoneRedundant"] : []

    content {
      mode = high_availability.value
    }
  }

  maintenance_window {
    day_of_week  = 0
    start_hour   = 8
    start_minute = 0
  }

  lifecycle {
    prevent_destroy = true
    # Azure chooses zones, and changes them when the standby takes over.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }
}

resource "azurerm_postgresql_flexible_server_database" "dagster" {
  name      = "dagster"
  server_id = azurerm_postgresql_flexible_server.this.id
  charset   = "UTF8"
  collation = "en_US.utf8"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_postgresql_flexible_server_configuration" "this" {
  for_each = {
    log_checkpoints          = "on"
    log_connections          = "on"
    log_disconnections       = "on"
    require_secure_transport = "on"
  }

  name      = each.key
  server_id = azurerm_postgresql_flexible_server.this.id
  value     = each.value
}

resource "azurerm_key_vault_secret" "password" {
  #checkov:skip=CKV_AZURE_41:changed by raising password_version; one that expires by itself stops the platform
  name             = "postgresql-password"
  key_vault_id     = var.key_vault_id
  value_wo         = ephemeral.random_password.administrator.result
  value_wo_version = var.password_version
  content_type     = "Password of ${azurerm_postgresql_flexible_server.this.administrator_login} at ${azurerm_postgresql_flexible_server.this.name}"
  tags             = var.tags
}
