# ADLS Gen2: the lake's tables, the sheets people drop, and the logs of runs. Entra ID only: there are no keys to lose.
# No immutability policy lies on these containers, and why: docs/decisions (search: immutable copy).

resource "azurerm_storage_account" "this" {
  #checkov:skip=CKV_AZURE_33:no queue is used; blob access is logged by module monitoring
  #checkov:skip=CKV2_AZURE_33:an option: modules/platform/private_endpoints.tf
  #checkov:skip=CKV2_AZURE_1:Microsoft's keys, twice (infrastructure encryption); a key of our own could be lost with the vault
  #checkov:skip=CKV_AZURE_59:closed with private endpoints, else by network rules
  name                              = var.account_name
  resource_group_name               = var.resource_group_name
  location                          = var.location
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = var.replication
  access_tier                       = "Hot"
  is_hns_enabled                    = true
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  allowed_copy_scope                = "AAD"
  infrastructure_encryption_enabled = true
  public_network_access_enabled     = !var.private_endpoints
  tags                              = merge(var.tags, { component = "storage" })

  # Accounts with a hierarchical namespace have no versions: what was deleted or written over comes back from here.
  blob_properties {
    delete_retention_policy {
      days = var.deleted_days
    }

    container_delete_retention_policy {
      days = var.deleted_days
    }
  }

  network_rules {
    default_action             = "Deny"
    bypass                     = ["AzureServices", "Metrics", "Logging"]
    ip_rules                   = var.allowed_ip_ranges
    virtual_network_subnet_ids = var.private_endpoints ? [] : var.subnet_ids
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "this" {
  #checkov:skip=CKV2_AZURE_21:logged by a diagnostic setting: module monitoring
  for_each = toset(["lake", "landing", "compute-logs"])

  name                  = each.key
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  # Payloads are read in full only when a table is rebuilt from them: cooler after a season, never removed.
  rule {
    name    = "bronze-cools"
    enabled = true

    filters {
      prefix_match = ["lake/bronze/"]
      blob_types   = ["blockBlob"]
    }

    actions {
      base_blob {
        tier_to_cool_after_days_since_modification_greater_than = 90
      }
    }
  }

  # What a killed run staged and nobody published; a run lasts hours, not weeks.
  rule {
    name    = "staging-goes"
    enabled = true

    filters {
      prefix_match = ["lake/_staging/"]
      blob_types   = ["blockBlob"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = 14
      }
    }
  }

  rule {
    name    = "logs-go"
    enabled = true

    filters {
      prefix_match = ["compute-logs/"]
      blob_types   = ["blockBlob", "appendBlob"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = var.log_days
      }
    }
  }
}

# Nobody deletes the account by deleting something else.
resource "azurerm_management_lock" "this" {
  count = var.locked ? 1 : 0

  name       = "holds-the-books"
  scope      = azurerm_storage_account.this.id
  lock_level = "CanNotDelete"
  notes      = "The lake: bronze cannot be fetched again."
}
