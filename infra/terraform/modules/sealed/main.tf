# The immutable copy of bronze and of the records. An account of its own without a hierarchical namespace, because only there every version
# of a file can be made immutable: docs/decisions (search: immutable copy). The workflow `seal` fills it every night.

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
  access_tier                       = "Cool"
  is_hns_enabled                    = false
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

  # Each version is immutable from the moment it is written. A file written over is a new version beside the old one.
  immutability_policy {
    state                         = var.immutability_state
    period_since_creation_in_days = var.immutable_days
    allow_protected_append_writes = false
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
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

resource "azurerm_storage_container" "lake" {
  #checkov:skip=CKV2_AZURE_21:logged by a diagnostic setting: module monitoring
  name                  = "lake"
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

# Read once in years, if ever.
resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "colder"
    enabled = true

    filters {
      prefix_match = ["lake/"]
      blob_types   = ["blockBlob"]
    }

    actions {
      base_blob {
        tier_to_cold_after_days_since_modification_greater_than = 30
      }

      version {
        tier_to_cold_after_days_since_creation_greater_than = 30
      }
    }
  }
}
