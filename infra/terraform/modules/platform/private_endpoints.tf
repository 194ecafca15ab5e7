# The option: every service of the platform gets an address in the network, and its public one is closed.

locals {
  doors = {
    lake-blob   = { id = module.lake.id, subresource = "blob", zone = "privatelink.blob.core.windows.net" }
    lake-dfs    = { id = module.lake.id, subresource = "dfs", zone = "privatelink.dfs.core.windows.net" }
    sealed-blob = { id = module.sealed.id, subresource = "blob", zone = "privatelink.blob.core.windows.net" }
    vault       = { id = module.key_vault.id, subresource = "vault", zone = "privatelink.vaultcore.azure.net" }
    events      = { id = module.event_hubs.id, subresource = "namespace", zone = "privatelink.servicebus.windows.net" }
    registry    = { id = module.container_registry.id, subresource = "registry", zone = "privatelink.azurecr.io" }
  }
}

module "private_endpoints" {
  source   = "../private_endpoint"
  for_each = var.private_endpoints ? local.doors : {}

  name                = "${local.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = local.location
  subnet_id           = module.network.subnet_ids["private_endpoints"]
  resource_id         = each.value.id
  subresource         = each.value.subresource
  private_dns_zone_id = module.network.private_dns_zone_ids[each.value.zone]
  tags                = local.tags
}
