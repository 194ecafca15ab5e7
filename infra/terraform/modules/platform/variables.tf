variable "environment" {
  description = "dev or prod: part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,8}$", var.environment))
    error_message = "expected 2 to 8 lower-case letters, found ${var.environment}"
  }
}

variable "suffix" {
  description = "Part of the names that are unique in all of Azure: 2 to 6 lower-case letters and digits."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{2,6}$", var.suffix))
    error_message = "expected 2 to 6 lower-case letters and digits, found ${var.suffix}"
  }
}

variable "resource_group_name" {
  description = "Resource group the bootstrap made for this environment."
  type        = string
}

variable "address_space" {
  description = "A /16 that nothing else in the company uses."
  type        = string
}

variable "private_endpoints" {
  description = "Whether lake, vault, event hubs, registry and cluster have private addresses only. Deployments then run on runners in the subnet `runners`. To be decided before the first apply: a change asks for another cluster (docs/azure.md)."
  type        = bool
}

variable "allowed_ip_ranges" {
  description = "Public addresses (offices, weighbridges) let in to lake, event hubs and cluster where there are no private endpoints."
  type        = list(string)
  default     = []
}

variable "people" {
  description = "Object ids of Entra groups: administrators of the cluster, and who drops sheets into the landing container."
  type = object({
    administrators = string
    landing        = string
  })
}

variable "deployer_principal_id" {
  description = "Object id of the identity that deploys (bootstrap)."
  type        = string
}

variable "sealer_principal_id" {
  description = "Object id of the identity that copies bronze into the immutable account (bootstrap)."
  type        = string
}

variable "event_senders" {
  description = "Object ids of the managed identities or service principals that send events, by name."
  type        = map(string)
  default     = {}
}

variable "namespace" {
  description = "Kubernetes namespace of the platform."
  type        = string
  default     = "monette"
}

variable "service_accounts" {
  description = "Kubernetes service accounts by what they are: runs (code location and run pods), services (webservers and daemon)."
  type        = map(set(string))
  default = {
    runs     = ["monette-code", "monette-run"]
    services = ["monette-webserver", "monette-daemon"]
  }
}

variable "storage" {
  description = "Lake and immutable copy: replication, days a deleted file can be brought back, days bronze is immutable, and Unlocked or Locked."
  type = object({
    replication        = string
    deleted_days       = number
    immutable_days     = number
    immutability_state = string
    locked             = bool
  })
}

variable "database" {
  description = "PostgreSQL: machine, disk, days back, standby, and the version of its password."
  type = object({
    sku_name         = string
    storage_mb       = number
    backup_days      = number
    standby          = bool
    password_version = number
  })
}

variable "registry" {
  description = "Images: whether they are kept in several zones."
  type = object({
    zone_redundant = bool
  })
}

variable "cluster" {
  description = "Kubernetes: tier, machines and how many, zones."
  type = object({
    sku_tier      = string
    service_size  = string
    service_nodes = object({ least = number, most = number })
    run_size      = string
    run_nodes     = number
    zones         = list(string)
  })
}

variable "events" {
  description = "Event hubs: throughput units at least and at most, hubs with partitions and hours."
  type = object({
    throughput_units      = number
    most_throughput_units = number
    hubs                  = map(object({ partitions = number, hours = number }))
  })
}

variable "logs" {
  description = "Log Analytics: days kept, gigabytes a day at most."
  type = object({
    days     = number
    daily_gb = number
  })
}

variable "alerts" {
  description = "Who is told by mail, by name, and the page with what to do about each alert."
  type = object({
    emails      = map(string)
    runbook_url = string
  })
}

variable "budget" {
  description = "What a month may cost, in all and by component, from which month on."
  type = object({
    monthly    = number
    components = map(number)
    start      = string
  })
}
