terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.55.0"
    }

    databricks = {
      source  = "databricks/databricks"
      version = "1.99.0"
    }

    random = {
      source  = "hashicorp/random"
      version = "3.7.2"
    }
  }

  # Account and resource group come with `terraform init -backend-config=...` (docs/azure.md).
  backend "azurerm" {
    container_name   = "prod"
    key              = "platform.tfstate"
    use_azuread_auth = true
  }
}

provider "azurerm" {
  subscription_id                 = var.subscription_id
  resource_provider_registrations = "none" # the deployment may register nothing on the subscription: docs/azure.md does
  storage_use_azuread             = true

  features {
    # Containers are made through Azure's management, which is reached from everywhere.
    storage {
      data_plane_available = false
    }

    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "databricks" {
  host                        = module.platform.databricks.url
  azure_workspace_resource_id = module.platform.databricks.resource_id
}
