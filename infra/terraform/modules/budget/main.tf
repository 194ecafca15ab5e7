# One budget over everything and one for each component, by the tag `component`. Told of before it is spent: by forecast.
# On the subscription, since a budget on a resource group does not see the groups that AKS and Databricks pay for their machines in.

resource "azurerm_consumption_budget_subscription" "all" {
  name            = "${var.name}-month"
  subscription_id = "/subscriptions/${var.subscription_id}"
  amount          = var.monthly
  time_grain      = "Monthly"

  time_period {
    start_date = "${var.start}T00:00:00Z"
  }

  filter {
    dimension {
      name   = "ResourceGroupName"
      values = var.resource_group_names
    }
  }

  dynamic "notification" {
    for_each = { 100 = "Forecasted", 80 = "Actual", 101 = "Actual" }

    content {
      enabled        = true
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.key
      threshold_type = notification.value
      contact_groups = [var.action_group_id]
    }
  }

  lifecycle {
    # Azure moves it on; a budget cannot begin in the past again.
    ignore_changes = [time_period]
  }
}

resource "azurerm_consumption_budget_subscription" "component" {
  for_each = var.components

  name            = "${var.name}-${each.key}"
  subscription_id = "/subscriptions/${var.subscription_id}"
  amount          = each.value
  time_grain      = "Monthly"

  time_period {
    start_date = "${var.start}T00:00:00Z"
  }

  filter {
    dimension {
      name   = "ResourceGroupName"
      values = var.resource_group_names
    }

    tag {
      name   = "component"
      values = [each.key]
    }
  }

  notification {
    enabled        = true
    operator       = "GreaterThanOrEqualTo"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_groups = [var.action_group_id]
  }

  lifecycle {
    ignore_changes = [time_period]
  }
}
