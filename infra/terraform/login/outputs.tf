output "client_id" {
  description = "OAUTH2_PROXY_CLIENT_ID."
  value       = azuread_application.this.client_id
}
