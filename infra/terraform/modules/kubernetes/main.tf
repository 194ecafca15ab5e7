# Pods sign in as managed identities (workload identity), people as themselves (Entra ID, Kubernetes' rights by Azure roles).

resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.name}-cluster"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# The nodes' own identity, which pulls images; ours, so that it is known and may pull before there is a node.
resource "azurerm_user_assigned_identity" "nodes" {
  name                = "${var.name}-nodes"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "nodes" {
  scope                = azurerm_user_assigned_identity.nodes.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
  description          = "The cluster gives its nodes their identity"
}

resource "azurerm_role_assignment" "network" {
  scope                = var.virtual_network_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Load balancers of the cluster, in its own network"
}

resource "azurerm_kubernetes_cluster" "this" {
  #checkov:skip=CKV_AZURE_115:private with private endpoints
  #checkov:skip=CKV_AZURE_117:disks are encrypted on the host, with Microsoft's keys
  #checkov:skip=CKV_AZURE_170:paid for in prod
  #checkov:skip=CKV_AZURE_232:three small services share the nodes of the system's own
  name                         = "${var.name}-cluster"
  resource_group_name          = var.resource_group_name
  node_resource_group          = "${var.resource_group_name}-nodes"
  location                     = var.location
  dns_prefix                   = var.name
  sku_tier                     = var.sku_tier
  private_cluster_enabled      = var.private
  oidc_issuer_enabled          = true
  workload_identity_enabled    = true
  local_account_disabled       = true
  azure_policy_enabled         = true
  run_command_enabled          = false
  automatic_upgrade_channel    = "patch"
  node_os_upgrade_channel      = "NodeImage"
  image_cleaner_enabled        = true
  image_cleaner_interval_hours = 168
  tags                         = merge(var.tags, { component = "compute" })

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  kubelet_identity {
    user_assigned_identity_id = azurerm_user_assigned_identity.nodes.id
    client_id                 = azurerm_user_assigned_identity.nodes.client_id
    object_id                 = azurerm_user_assigned_identity.nodes.principal_id
  }

  azure_active_directory_role_based_access_control {
    tenant_id              = var.tenant_id
    azure_rbac_enabled     = true
    admin_group_object_ids = [var.administrators_group_id]
  }

  dynamic "api_server_access_profile" {
    for_each = var.private || length(var.allowed_ip_ranges) == 0 ? [] : [var.allowed_ip_ranges]

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    outbound_type       = "userAssignedNATGateway"
    load_balancer_sku   = "standard"
  }

  default_node_pool {
    name                        = "services"
    vm_size                     = var.service_size
    vnet_subnet_id              = var.subnet_id
    zones                       = var.zones
    auto_scaling_enabled        = true
    min_count                   = var.service_nodes.least
    max_count                   = var.service_nodes.most
    max_pods                    = 60
    os_sku                      = "AzureLinux"
    os_disk_type                = "Ephemeral"
    os_disk_size_gb             = 64
    host_encryption_enabled     = true
    node_labels                 = { "monette/pool" = "services" }
    temporary_name_for_rotation = "servicesnew"
    tags                        = merge(var.tags, { component = "compute" })

    upgrade_settings {
      max_surge = "33%"
    }
  }

  # Secrets of the vault as files in pods, read again after a rotation.
  key_vault_secrets_provider {
    secret_rotation_enabled  = true
    secret_rotation_interval = "2m"
  }

  oms_agent {
    log_analytics_workspace_id      = var.log_analytics_workspace_id
    msi_auth_for_monitoring_enabled = true
  }

  # Sunday night in the prairies: no month end, no harvest report.
  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = "Sunday"
    start_time  = "08:00"
    utc_offset  = "+00:00"
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = "Sunday"
    start_time  = "08:00"
    utc_offset  = "+00:00"
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [default_node_pool[0].node_count, kubernetes_version]
  }

  depends_on = [azurerm_role_assignment.network, azurerm_role_assignment.nodes]
}

# Machines that are there while runs are: nothing is paid for at night.
resource "azurerm_kubernetes_cluster_node_pool" "runs" {
  name                    = "runs"
  kubernetes_cluster_id   = azurerm_kubernetes_cluster.this.id
  vm_size                 = var.run_size
  vnet_subnet_id          = var.subnet_id
  zones                   = var.zones
  auto_scaling_enabled    = true
  min_count               = 0
  max_count               = var.run_nodes
  max_pods                = 60
  os_sku                  = "AzureLinux"
  os_disk_type            = "Ephemeral"
  os_disk_size_gb         = 128 # runs stage their results here before they are published
  host_encryption_enabled = true
  node_labels             = { "monette/pool" = "runs" }
  node_taints             = ["monette/pool=runs:NoSchedule"]
  tags                    = merge(var.tags, { component = "compute" })

  upgrade_settings {
    max_surge = "33%"
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}
