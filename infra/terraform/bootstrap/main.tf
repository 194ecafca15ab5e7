# Run once, by somebody who owns the subscription: where Terraform keeps what it knows, the environments' resource groups, and
# who GitHub's workflows are. Everything after it is made by those identities, inside these groups, but for budgets and the group that
# comes with a Databricks workspace.

data "azurerm_client_config" "current" {}

locals {
  tags = { system = "monette" }

  # All the roles that the deployment may give away or take back, in its own group only.
  assignable_roles = toset([
    "AcrPull",
    "AcrPush",
    "Azure Event Hubs Data Receiver",
    "Azure Event Hubs Data Sender",
    "Azure Kubernetes Service Cluster User Role",
    "Azure Kubernetes Service RBAC Cluster Admin",
    "Key Vault Secrets Officer",
    "Key Vault Secrets User",
    "Managed Identity Operator",
    "Network Contributor",
    "Storage Blob Data Contributor",
    "Storage Blob Data Reader",
    "Storage Blob Delegator",
  ])

  # Who signs in as what: a workflow is known by repository and environment, pull request or branch. Which branches and tags run in
  # an environment, GitHub's rules say (docs/azure.md, 3).
  workflows = merge(
    { for name in var.environments : "deploy-${name}" => "environment:${name}" },
    { plan = "pull_request", seal = "ref:refs/heads/main" },
  )
}

resource "azurerm_resource_group" "state" {
  name     = "monette-state"
  location = var.location
  tags     = local.tags
}

resource "azurerm_resource_group" "environment" {
  for_each = var.environments

  name     = "monette-${each.key}"
  location = var.location
  tags     = merge(local.tags, { environment = each.key })

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_account" "state" {
  #checkov:skip=CKV_AZURE_33:no queue is used
  #checkov:skip=CKV2_AZURE_33:GitHub's runners reach it from the internet, signed in with Entra ID
  #checkov:skip=CKV2_AZURE_1:Microsoft's keys, twice (infrastructure encryption); a key of our own could be lost with the vault
  #checkov:skip=CKV_AZURE_59:GitHub's runners reach it from the internet, signed in with Entra ID
  name                              = "monette${var.suffix}state"
  resource_group_name               = azurerm_resource_group.state.name
  location                          = var.location
  account_tier                      = "Standard"
  account_replication_type          = "GRS"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 90
    }

    container_delete_retention_policy {
      days = 90
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "state" {
  #checkov:skip=CKV2_AZURE_21:who changed the state stands in its versions and in the workflows' logs
  for_each = setunion(var.environments, ["bootstrap"])

  name                  = each.key
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}

resource "azurerm_user_assigned_identity" "workflow" {
  for_each = local.workflows

  name                = "monette-github-${each.key}"
  resource_group_name = azurerm_resource_group.state.name
  location            = var.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "workflow" {
  for_each = local.workflows

  name                = "github"
  resource_group_name = azurerm_resource_group.state.name
  parent_id           = azurerm_user_assigned_identity.workflow[each.key].id
  issuer              = "https://token.actions.githubusercontent.com"
  subject             = "${var.subject}:${each.value}"
  audience            = ["api://AzureADTokenExchange"]
}
