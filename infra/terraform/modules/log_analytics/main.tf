resource "azurerm_log_analytics_workspace" "this" {
  name                         = "${var.name}-logs"
  resource_group_name          = var.resource_group_name
  location                     = var.location
  sku                          = "PerGB2018"
  retention_in_days            = var.log_days
  daily_quota_gb               = var.daily_gb
  local_authentication_enabled = false
  tags                         = merge(var.tags, { component = "monitoring" })
}

# What containers print and what Kubernetes counts. The rule has to be tied to the cluster: see module monitoring.
resource "azurerm_monitor_data_collection_rule" "containers" {
  name                = "${var.name}-containers"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  destinations {
    log_analytics {
      name                  = "logs"
      workspace_resource_id = azurerm_log_analytics_workspace.this.id
    }
  }

  data_flow {
    streams      = ["Microsoft-ContainerInsights-Group-Default"]
    destinations = ["logs"]
  }

  data_sources {
    extension {
      name           = "containers"
      extension_name = "ContainerInsights"
      streams        = ["Microsoft-ContainerInsights-Group-Default"]

      extension_json = jsonencode({
        dataCollectionSettings = {
          interval               = "1m"
          namespaceFilteringMode = "Off"
          enableContainerLogV2   = true
        }
      })
    }
  }
}
