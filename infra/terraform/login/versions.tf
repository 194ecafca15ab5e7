terraform {
  required_version = ">= 1.11"

  backend "azurerm" {
    container_name   = "bootstrap"
    use_azuread_auth = true
  }

  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.7.0"
    }
  }
}

provider "azuread" {}
