output "id" {
  description = "The namespace."
  value       = azurerm_eventhub_namespace.this.id
}

output "bootstrap_servers" {
  description = "What a Kafka client connects to."
  value       = "${azurerm_eventhub_namespace.this.name}.servicebus.windows.net:9093"
}
