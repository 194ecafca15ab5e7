# One virtual network: nodes, database, Databricks, private endpoints, and runners that deploy from within.

locals {
  # Subnets of a /16: room for growth is cheaper than moving a cluster.
  subnets = {
    cluster            = cidrsubnet(var.address_space, 4, 0)
    databricks_host    = cidrsubnet(var.address_space, 6, 16)
    databricks_workers = cidrsubnet(var.address_space, 6, 17)
    database           = cidrsubnet(var.address_space, 8, 128)
    private_endpoints  = cidrsubnet(var.address_space, 8, 129)
    runners            = cidrsubnet(var.address_space, 8, 130)
  }

  # Without private endpoints these reach the services over Azure's backbone, and the services let them in by subnet.
  reaches_services = toset(["cluster", "databricks_host", "databricks_workers", "runners"])
  services         = ["Microsoft.Storage", "Microsoft.KeyVault", "Microsoft.EventHub", "Microsoft.ContainerRegistry"]

  # PostgreSQL ships its log to storage of its own, and adds this to its subnet where it is not said: a later plan would take it away.
  endpoints = merge({ for name in local.reaches_services : name => local.services }, { database = ["Microsoft.Storage"] })

  delegations = {
    database           = "Microsoft.DBforPostgreSQL/flexibleServers"
    databricks_host    = "Microsoft.Databricks/workspaces"
    databricks_workers = "Microsoft.Databricks/workspaces"
  }
}

resource "azurerm_virtual_network" "this" {
  name                = "${var.name}-network"
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.address_space]
  tags                = var.tags
}

resource "azurerm_subnet" "this" {
  for_each = local.subnets

  name                              = each.key
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [each.value]
  service_endpoints                 = lookup(local.endpoints, each.key, null)
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"

  dynamic "delegation" {
    for_each = contains(keys(local.delegations), each.key) ? [local.delegations[each.key]] : []

    content {
      name = "delegated"

      service_delegation {
        name = delegation.value
        actions = delegation.value == "Microsoft.Databricks/workspaces" ? [
          "Microsoft.Network/virtualNetworks/subnets/join/action",
          "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
          "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
        ] : ["Microsoft.Network/virtualNetworks/subnets/join/action"]
      }
    }
  }
}

# Databricks writes its own rules into its group; the others only say that nothing comes in from outside.
resource "azurerm_network_security_group" "this" {
  for_each = local.subnets

  name                = "${var.name}-${replace(each.key, "_", "-")}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  lifecycle {
    ignore_changes = [security_rule]
  }
}

resource "azurerm_network_security_rule" "nothing_from_outside" {
  for_each = toset(["cluster", "database", "private_endpoints", "runners"])

  name                        = "nothing-from-outside"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.key].name
  # The interface's load balancer has an address of the network; a public one would need a rule before this.
  priority                   = 4000
  direction                  = "Inbound"
  access                     = "Deny"
  protocol                   = "*"
  source_port_range          = "*"
  destination_port_range     = "*"
  source_address_prefix      = "Internet"
  destination_address_prefix = "*"
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.subnets

  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = azurerm_network_security_group.this[each.key].id
}

# One way out with one address: QuickBooks and the Bank of Canada see the platform as it.
resource "azurerm_public_ip" "out" {
  name                = "${var.name}-out"
  resource_group_name = var.resource_group_name
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway" "out" {
  name                = "${var.name}-out"
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "out" {
  nat_gateway_id       = azurerm_nat_gateway.out.id
  public_ip_address_id = azurerm_public_ip.out.id
}

resource "azurerm_subnet_nat_gateway_association" "out" {
  for_each = toset(["cluster", "databricks_host", "databricks_workers", "runners"])

  subnet_id      = azurerm_subnet.this[each.key].id
  nat_gateway_id = azurerm_nat_gateway.out.id
}

# Names of private endpoints, and of the database, which has no other door.
resource "azurerm_private_dns_zone" "this" {
  for_each = toset(concat(
    ["privatelink.postgres.database.azure.com"],
    var.private_endpoints ? [
      "privatelink.blob.core.windows.net",
      "privatelink.dfs.core.windows.net",
      "privatelink.vaultcore.azure.net",
      "privatelink.servicebus.windows.net",
      "privatelink.azurecr.io",
    ] : [],
  ))

  name                = each.key
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = azurerm_private_dns_zone.this

  name                  = "${var.name}-network"
  resource_group_name   = var.resource_group_name
  private_dns_zone_name = each.value.name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = var.tags
}
