# Who may do what, all of it: one line each, on the smallest thing a role can be given on. Nobody here is an owner or a
# contributor, and only roles that the bootstrap lets the deployment give away can stand here (bootstrap, `assignable_roles`).

locals {
  runs     = module.identities.principal_ids["runs"]
  services = module.identities.principal_ids["services"]

  grants = merge({
    # Runs write the tables, read the sheets and move what they refuse, keep QuickBooks' tokens, read events. A link to a log
    # is signed for by the account, which gives away no more than its signer may read.
    runs-lake    = { who = local.runs, role = "Storage Blob Data Contributor", scope = module.lake.container_ids["lake"] }
    runs-landing = { who = local.runs, role = "Storage Blob Data Contributor", scope = module.lake.container_ids["landing"] }
    runs-logs    = { who = local.runs, role = "Storage Blob Data Contributor", scope = module.lake.container_ids["compute-logs"] }
    runs-links   = { who = local.runs, role = "Storage Blob Delegator", scope = module.lake.id }
    runs-secrets = { who = local.runs, role = "Key Vault Secrets Officer", scope = module.key_vault.id }

    # On the namespace: a Kafka client asks for metadata without naming a hub, and a role on a hub closes that connection
    # (Azure/azure-event-hubs-for-kafka#159).
    runs-events = { who = local.runs, role = "Azure Event Hubs Data Receiver", scope = module.event_hubs.id }

    # Webservers and daemon show logs and know the database; the lake and the tokens are none of their business.
    services-logs     = { who = local.services, role = "Storage Blob Data Reader", scope = module.lake.container_ids["compute-logs"] }
    services-links    = { who = local.services, role = "Storage Blob Delegator", scope = module.lake.id }
    services-password = { who = local.services, role = "Key Vault Secrets User", scope = module.postgresql.password_secret_id }

    # Unity Catalog reads and writes as the workspace's own identity.
    databricks-lake = { who = module.databricks.principal_id, role = "Storage Blob Data Contributor", scope = module.lake.container_ids["lake"] }

    # Nodes pull images.
    nodes-images = { who = module.kubernetes.kubelet_object_id, role = "AcrPull", scope = module.container_registry.id }

    # The deployment pushes images and installs the chart into its namespace, nowhere else. Only this role knows of custom resources
    # (the chart has one: which secret of the vault becomes a Secret); given on a namespace it ends there.
    deployer-images    = { who = var.deployer_principal_id, role = "AcrPush", scope = module.container_registry.id }
    deployer-cluster   = { who = var.deployer_principal_id, role = "Azure Kubernetes Service Cluster User Role", scope = module.kubernetes.id }
    deployer-namespace = { who = var.deployer_principal_id, role = "Azure Kubernetes Service RBAC Cluster Admin", scope = "${module.kubernetes.id}/namespaces/${var.namespace}" }

    # The nightly copy reads the lake and adds to the immutable account, where nobody can delete.
    sealer-lake   = { who = var.sealer_principal_id, role = "Storage Blob Data Reader", scope = module.lake.container_ids["lake"] }
    sealer-sealed = { who = var.sealer_principal_id, role = "Storage Blob Data Contributor", scope = module.sealed.container_id }
    }, {
    # Weighbridges, devices and what stands before them send, and read nothing.
    for name, who in var.event_senders :
    "sender_${name}-events" => { who = who, role = "Azure Event Hubs Data Sender", scope = module.event_hubs.id }
  })
}

resource "azurerm_role_assignment" "this" {
  for_each = local.grants

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = each.value.who
  principal_type       = "ServicePrincipal"
  description          = each.key
}

# People drop sheets; the lake itself they read through the interface, reports and Databricks.
resource "azurerm_role_assignment" "people" {
  scope                = module.lake.container_ids["landing"]
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = var.people.landing
  principal_type       = "Group"
  description          = "people-landing"
}
