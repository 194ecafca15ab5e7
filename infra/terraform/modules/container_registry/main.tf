# Images by digest. No admin user; what is not tagged is no longer deployed and goes (Premium only).

locals {
  premium = var.zone_redundant || var.private_endpoints
}

resource "azurerm_container_registry" "this" {
  #checkov:skip=CKV_AZURE_139:closed with private endpoints
  #checkov:skip=CKV_AZURE_163:Standard or Premium, a condition the scan does not work out
  #checkov:skip=CKV_AZURE_164:images are signed with cosign and deployed by digest; content trust is being retired
  #checkov:skip=CKV_AZURE_165:one region
  #checkov:skip=CKV_AZURE_166:scanned before they are pushed: workflow release
  #checkov:skip=CKV_AZURE_233:in prod (Premium)
  #checkov:skip=CKV_AZURE_237:with private endpoints (Premium)
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  sku                           = local.premium ? "Premium" : "Standard"
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  public_network_access_enabled = !var.private_endpoints
  retention_policy_in_days      = local.premium ? 30 : null
  zone_redundancy_enabled       = var.zone_redundant
  data_endpoint_enabled         = var.private_endpoints
  tags                          = merge(var.tags, { component = "registry" })

  lifecycle {
    prevent_destroy = true
  }
}
