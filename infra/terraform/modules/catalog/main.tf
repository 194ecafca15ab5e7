# Unity Catalog over the lake: one credential, one location, one catalog, and what a cluster may be.

resource "databricks_storage_credential" "lake" {
  name    = "${var.name}_lake"
  comment = "The lake, as the workspace's own identity"

  azure_managed_identity {
    access_connector_id = var.access_connector_id
  }
}

resource "databricks_external_location" "lake" {
  name            = "${var.name}_lake"
  url             = "${var.lake_url}/"
  credential_name = databricks_storage_credential.lake.name
  comment         = "MONETTE_LAKE"
}

resource "databricks_catalog" "this" {
  name         = var.name
  comment      = "Tables of the farm group; written by the platform, read by everybody else"
  storage_root = "${databricks_external_location.lake.url}_catalog"

  lifecycle {
    prevent_destroy = true
  }
}

resource "databricks_schema" "this" {
  for_each = {
    bronze = "What the sources said, verbatim"
    silver = "Structure and types, no meaning"
    gold   = "Figures as the group means them"
  }

  catalog_name = databricks_catalog.this.name
  name         = each.key
  comment      = each.value
}

resource "databricks_grants" "catalog" {
  catalog = databricks_catalog.this.name

  grant {
    principal  = var.readers
    privileges = ["USE_CATALOG"]
  }

  grant {
    principal  = var.engineers
    privileges = ["USE_CATALOG", "USE_SCHEMA", "SELECT"]
  }
}

# What they may select there is said table by table, after its filter (infra/databricks/sql/access.sql).
resource "databricks_grants" "gold" {
  schema = databricks_schema.this["gold"].id

  grant {
    principal  = var.readers
    privileges = ["USE_SCHEMA"]
  }
}

# Our tags, sizes and price; no script of anybody's runs at start.
locals {
  cluster = {
    "data_security_mode"                   = { type = "fixed", value = "USER_ISOLATION" }
    "spark_version"                        = { type = "fixed", value = "19.x-scala2.13" } # Spark 4.2, as the platform's client; infra/databricks names it too
    "node_type_id"                         = { type = "allowlist", values = var.node_types, defaultValue = var.node_types[0] }
    "driver_node_type_id"                  = { type = "allowlist", values = var.node_types, defaultValue = var.node_types[0] }
    "autoscale.min_workers"                = { type = "fixed", value = 1 }
    "autoscale.max_workers"                = { type = "range", maxValue = var.most_workers, defaultValue = 2 }
    "azure_attributes.availability"        = { type = "allowlist", values = ["SPOT_WITH_FALLBACK_AZURE", "ON_DEMAND_AZURE"], defaultValue = "SPOT_WITH_FALLBACK_AZURE" }
    "azure_attributes.first_on_demand"     = { type = "fixed", value = 1 }
    "dbus_per_hour"                        = { type = "range", maxValue = var.dbus_per_hour }
    "init_scripts.*.volumes.destination"   = { type = "forbidden" }
    "init_scripts.*.workspace.destination" = { type = "forbidden" }
    "init_scripts.*.abfss.destination"     = { type = "forbidden" }
    "custom_tags.component"                = { type = "fixed", value = "databricks" }
  }
}

resource "databricks_cluster_policy" "jobs" {
  name                  = "${var.name}-jobs"
  description           = "Clusters the platform's jobs may have"
  max_clusters_per_user = 4

  definition = jsonencode(merge(local.cluster, {
    "cluster_type" = { type = "fixed", value = "job" }
  }))
}

# The platform's engine speaks to it from outside, which a job's cluster does not take.
resource "databricks_cluster_policy" "backfill" {
  name                  = "${var.name}-backfill"
  description           = "The cluster a backfill is computed on"
  max_clusters_per_user = 1

  definition = jsonencode(merge(local.cluster, {
    "cluster_type"            = { type = "fixed", value = "all-purpose" }
    "autotermination_minutes" = { type = "fixed", value = 30 }
  }))
}

resource "databricks_permissions" "policy" {
  for_each = {
    jobs     = databricks_cluster_policy.jobs.id
    backfill = databricks_cluster_policy.backfill.id
  }

  cluster_policy_id = each.value

  access_control {
    group_name       = var.engineers
    permission_level = "CAN_USE"
  }
}

moved {
  from = databricks_permissions.jobs
  to   = databricks_permissions.policy["jobs"]
}
