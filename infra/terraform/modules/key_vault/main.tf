# Tokens and credentials. Access by roles, secret by secret where a role takes one; nothing is purged before its time.

resource "azurerm_key_vault" "this" {
  #checkov:skip=CKV_AZURE_189:closed with private endpoints
  #checkov:skip=CKV_AZURE_109:denies with private endpoints
  #checkov:skip=CKV2_AZURE_32:an option: modules/platform/private_endpoints.tf
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tenant_id                     = var.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = var.purge_days
  public_network_access_enabled = !var.private_endpoints
  tags                          = merge(var.tags, { component = "secrets" })

  # Without private endpoints the door is open to the internet and Entra ID is the lock: runners have no fixed address.
  network_acls {
    default_action = var.private_endpoints ? "Deny" : "Allow"
    bypass         = "AzureServices"
  }

  lifecycle {
    prevent_destroy = true
  }
}
