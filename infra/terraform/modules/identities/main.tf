# Who the platform's pods are. A pod with one of these service accounts signs in as the identity, without any secret.

locals {
  pairs = merge([
    for identity, accounts in var.service_accounts : { for account in accounts : "${identity}/${account}" => { identity = identity, account = account } }
  ]...)
}

resource "azurerm_user_assigned_identity" "this" {
  for_each = var.service_accounts

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "this" {
  for_each = local.pairs

  name                = each.value.account
  resource_group_name = var.resource_group_name
  parent_id           = azurerm_user_assigned_identity.this[each.value.identity].id
  issuer              = var.oidc_issuer_url
  subject             = "system:serviceaccount:${var.namespace}:${each.value.account}"
  audience            = ["api://AzureADTokenExchange"]
}
