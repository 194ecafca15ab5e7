# A workspace in our own network, without public addresses for its machines, and the identity it reads the lake as.

resource "azurerm_databricks_workspace" "this" {
  #checkov:skip=CKV_AZURE_158:machines have no public address; the control plane is reached through the NAT gateway
  #checkov:skip=CKV2_AZURE_48:nothing is kept in DBFS
  name                              = "${var.name}-databricks"
  resource_group_name               = var.resource_group_name
  managed_resource_group_name       = "${var.resource_group_name}-databricks"
  location                          = var.location
  sku                               = "premium"
  infrastructure_encryption_enabled = true
  # People and the deployment reach the workspace over the internet, signed in with Entra ID; machines are never reached.
  public_network_access_enabled         = true
  network_security_group_rules_required = "AllRules"
  tags                                  = merge(var.tags, { component = "databricks" })

  custom_parameters {
    no_public_ip                                         = true
    virtual_network_id                                   = var.virtual_network_id
    public_subnet_name                                   = var.host_subnet_name
    private_subnet_name                                  = var.worker_subnet_name
    public_subnet_network_security_group_association_id  = var.host_association_id
    private_subnet_network_security_group_association_id = var.worker_association_id
  }
}

resource "azurerm_databricks_access_connector" "this" {
  name                = "${var.name}-databricks"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  identity {
    type = "SystemAssigned"
  }
}
