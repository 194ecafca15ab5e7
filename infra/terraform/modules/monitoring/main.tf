# What Azure sees and the platform cannot say of itself: a full disk, a refused client, a node that is gone. What the figures
# themselves need is the platform's own business (docs/playbook.md, Alerts).

resource "azurerm_monitor_action_group" "this" {
  name                = "${var.name}-operators"
  resource_group_name = var.resource_group_name
  short_name          = "monette"
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = var.emails

    content {
      name                    = email_receiver.key
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "audit" {
  for_each = var.audited

  name                       = "audit"
  target_resource_id         = each.value
  log_analytics_workspace_id = var.log_analytics_workspace_id

  enabled_log {
    category_group = "audit"
  }
}

resource "azurerm_monitor_diagnostic_setting" "postgresql" {
  name                       = "logs"
  target_resource_id         = var.postgresql_id
  log_analytics_workspace_id = var.log_analytics_workspace_id

  enabled_log {
    category = "PostgreSQLLogs"
  }
}

resource "azurerm_monitor_diagnostic_setting" "cluster" {
  name                           = "logs"
  target_resource_id             = var.cluster_id
  log_analytics_workspace_id     = var.log_analytics_workspace_id
  log_analytics_destination_type = "Dedicated"

  dynamic "enabled_log" {
    for_each = toset(["kube-audit-admin", "guard", "cluster-autoscaler"])

    content {
      category = enabled_log.value
    }
  }
}

resource "azurerm_monitor_data_collection_rule_association" "containers" {
  name                    = "containers"
  target_resource_id      = var.cluster_id
  data_collection_rule_id = var.container_rule_id
}

locals {
  alerts = {
    database-disk = {
      scope       = var.postgresql_id, namespace = "Microsoft.DBforPostgreSQL/flexibleServers", metric = "storage_percent"
      aggregation = "Average", operator = "GreaterThan", threshold = 80, window = "PT1H", severity = 2
    }
    database-down = {
      scope       = var.postgresql_id, namespace = "Microsoft.DBforPostgreSQL/flexibleServers", metric = "is_db_alive"
      aggregation = "Maximum", operator = "LessThan", threshold = 1, window = "PT5M", severity = 0
    }
    events-throttled = {
      scope       = var.event_hubs_id, namespace = "Microsoft.EventHub/namespaces", metric = "ThrottledRequests"
      aggregation = "Total", operator = "GreaterThan", threshold = 0, window = "PT15M", severity = 2
    }
    lake-unavailable = {
      scope       = var.lake_id, namespace = "Microsoft.Storage/storageAccounts", metric = "Availability"
      aggregation = "Average", operator = "LessThan", threshold = 99, window = "PT15M", severity = 1
    }
    vault-unavailable = {
      scope       = var.key_vault_id, namespace = "Microsoft.KeyVault/vaults", metric = "Availability"
      aggregation = "Average", operator = "LessThan", threshold = 99, window = "PT15M", severity = 1
    }
    pods-not-running = {
      scope       = var.cluster_id, namespace = "Microsoft.ContainerService/managedClusters", metric = "kube_pod_status_phase"
      aggregation = "Average", operator = "GreaterThan", threshold = 0, window = "PT30M", severity = 1
      dimensions  = { phase = ["Failed", "Pending", "Unknown"], namespace = [var.namespace] }
    }
    nodes-not-ready = {
      scope       = var.cluster_id, namespace = "Microsoft.ContainerService/managedClusters", metric = "kube_node_status_condition"
      aggregation = "Average", operator = "GreaterThan", threshold = 0, window = "PT15M", severity = 2
      dimensions  = { status2 = ["NotReady"] }
    }
    # The nightly copy also writes when nothing is new: it leaves its own word (workflow seal).
    bronze-not-sealed = {
      scope       = var.sealed_id, namespace = "Microsoft.Storage/storageAccounts", metric = "Ingress"
      aggregation = "Total", operator = "LessThan", threshold = 1, window = "P1D", severity = 1
    }
  }
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = local.alerts

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  scopes              = [each.value.scope]
  description         = "${var.runbook_url}#${each.key}"
  severity            = each.value.severity
  frequency           = each.value.window == "P1D" ? "PT1H" : "PT5M"
  window_size         = each.value.window
  tags                = var.tags

  criteria {
    metric_namespace = each.value.namespace
    metric_name      = each.value.metric
    aggregation      = each.value.aggregation
    operator         = each.value.operator
    threshold        = each.value.threshold

    dynamic "dimension" {
      for_each = try(each.value.dimensions, {})

      content {
        name     = dimension.key
        operator = "Include"
        values   = dimension.value
      }
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.this.id
  }
}
