# Kafka without brokers of our own: Standard is the smallest tier that speaks it, on port 9093.

resource "azurerm_eventhub_namespace" "this" {
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  sku                           = "Standard"
  capacity                      = var.throughput_units
  auto_inflate_enabled          = var.most_throughput_units > var.throughput_units
  maximum_throughput_units      = var.most_throughput_units > var.throughput_units ? var.most_throughput_units : null
  local_authentication_enabled  = false
  minimum_tls_version           = "1.2"
  public_network_access_enabled = !var.private_endpoints
  tags                          = merge(var.tags, { component = "events" })

  identity {
    type = "SystemAssigned"
  }

  network_rulesets {
    default_action                 = "Deny"
    public_network_access_enabled  = !var.private_endpoints
    trusted_service_access_enabled = true

    ip_rule = var.private_endpoints ? [] : [for range in var.allowed_ip_ranges : { ip_mask = range, action = "Allow" }]

    virtual_network_rule = var.private_endpoints ? [] : [
      for id in var.subnet_ids : { subnet_id = id, ignore_missing_virtual_network_service_endpoint = false }
    ]
  }
}

resource "azurerm_eventhub" "this" {
  for_each = var.hubs

  name            = each.key
  namespace_id    = azurerm_eventhub_namespace.this.id
  partition_count = each.value.partitions

  retention_description {
    cleanup_policy          = "Delete"
    retention_time_in_hours = each.value.hours
  }
}
