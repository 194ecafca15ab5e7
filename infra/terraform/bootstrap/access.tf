data "azurerm_role_definition" "assignable" {
  for_each = local.assignable_roles

  name  = each.key
  scope = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
}

locals {
  assignable_ids = join(", ", sort([for role in data.azurerm_role_definition.assignable : role.role_definition_id]))

  deployers = { for name in var.environments : name => azurerm_user_assigned_identity.workflow["deploy-${name}"].principal_id }
}

resource "azurerm_role_assignment" "deploys" {
  for_each = local.deployers

  scope                = azurerm_resource_group.environment[each.key].id
  role_definition_name = "Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Makes the environment, and nothing outside of it"
}

# Budgets are the subscription's: those of a resource group do not see what AKS and Databricks pay for in groups of their own. This
# role writes budgets and exports of costs, and nothing that costs; it cannot be given on less.
resource "azurerm_role_assignment" "writes_budgets" {
  for_each = local.deployers

  scope                = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  role_definition_name = "Cost Management Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Writes the budgets of its environment"
}

# Databricks puts what a workspace is made of into a resource group that comes with it, for which Microsoft asks this of whoever makes the
# workspace: https://learn.microsoft.com/azure/databricks/getting-started/free-trial#permissions. It makes groups, and nothing in them.
resource "azurerm_role_definition" "makes_groups" {
  name        = "Monette resource groups"
  scope       = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  description = "Makes resource groups, and nothing in them"

  permissions {
    actions = ["Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Resources/subscriptions/resourceGroups/write"]
  }
}

resource "azurerm_role_assignment" "makes_groups" {
  for_each = local.deployers

  scope              = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  role_definition_id = azurerm_role_definition.makes_groups.role_definition_resource_id
  principal_id       = each.value
  principal_type     = "ServicePrincipal"
  description        = "Makes the group of its Databricks workspace"
}

# A contributor cannot give away roles. This one can, but only those of the list, in its own group: never an owner's or a contributor's.
resource "azurerm_role_assignment" "gives_roles" {
  for_each = local.deployers

  scope                = azurerm_resource_group.environment[each.key].id
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Gives the platform's identities their roles"
  condition_version    = "2.0"

  condition = <<-EOT
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
      OR
      (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assignable_ids}})
    )
    AND
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
      OR
      (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assignable_ids}})
    )
  EOT
}

# Given on the group, before there is a vault: a role given on a new vault takes minutes to be known.
resource "azurerm_role_assignment" "writes_secrets" {
  for_each = local.deployers

  scope                = azurerm_resource_group.environment[each.key].id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Writes the database's password"
}

# A contributor cannot lock either; a lock on the lake is part of prod.
resource "azurerm_role_assignment" "locks" {
  for_each = local.deployers

  scope                = azurerm_resource_group.environment[each.key].id
  role_definition_name = "Locks Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Locks the lake against deletion"
}

resource "azurerm_role_assignment" "writes_state" {
  for_each = local.deployers

  scope                = azurerm_storage_container.state[each.key].resource_manager_id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "State of its own environment"
}

# A pull request runs whatever it contains: it reads what there is and what Terraform knows (no secrets in it), and no more.
resource "azurerm_role_assignment" "plans" {
  for_each = var.environments

  scope                = azurerm_resource_group.environment[each.key].id
  role_definition_name = "Reader"
  principal_id         = azurerm_user_assigned_identity.workflow["plan"].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Plans a pull request"
}

resource "azurerm_role_assignment" "reads_budgets" {
  scope                = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  role_definition_name = "Cost Management Reader"
  principal_id         = azurerm_user_assigned_identity.workflow["plan"].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Plans a pull request"
}

resource "azurerm_role_assignment" "reads_state" {
  for_each = var.environments

  scope                = azurerm_storage_container.state[each.key].resource_manager_id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.workflow["plan"].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Plans a pull request"
}
