# Who may sign in to the interface: the registration of oauth2-proxy, with its groups, and without a client secret. Applied by a
# person who may register applications: the deployment has no rights in the directory.

resource "azuread_application" "this" {
  display_name            = var.name
  owners                  = var.owners
  sign_in_audience        = "AzureADMyOrg"
  group_membership_claims = ["ApplicationGroup"]

  web {
    redirect_uris = ["https://${var.host}/oauth2/callback"]
  }

  optional_claims {
    id_token {
      name = "email"
    }
  }
}

resource "azuread_service_principal" "this" {
  client_id                    = azuread_application.this.client_id
  owners                       = var.owners
  app_role_assignment_required = true
}

# Nobody else gets as far as the proxy.
resource "azuread_app_role_assignment" "groups" {
  for_each = { operators = var.operators_group_id, viewers = var.viewers_group_id }

  app_role_id         = "00000000-0000-0000-0000-000000000000" # the default one: access and no more
  principal_object_id = each.value
  resource_object_id  = azuread_service_principal.this.object_id
}

resource "azuread_application_federated_identity_credential" "pod" {
  application_id = azuread_application.this.id
  display_name   = "login"
  description    = "The pod of oauth2-proxy signs in as itself"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = var.issuer
  subject        = "system:serviceaccount:${var.service_account}"
}
