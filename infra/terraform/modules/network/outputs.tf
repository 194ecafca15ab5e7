output "id" {
  description = "The virtual network."
  value       = azurerm_virtual_network.this.id
}

output "subnet_ids" {
  description = "Subnets by name: cluster, database, databricks_host, databricks_workers, private_endpoints, runners."
  value       = { for name, subnet in azurerm_subnet.this : name => subnet.id }

  # Who is put into a subnet waits until it has its way out and its rules.
  depends_on = [
    azurerm_subnet_nat_gateway_association.out,
    azurerm_subnet_network_security_group_association.this,
  ]
}

output "service_subnet_ids" {
  description = "Subnets that services let in where there are no private endpoints."
  value       = [for name in local.reaches_services : azurerm_subnet.this[name].id]
}

output "security_group_association_ids" {
  description = "What ties subnets to their security groups; Databricks asks for its own two."
  value       = { for name, it in azurerm_subnet_network_security_group_association.this : name => it.id }
}

output "private_dns_zone_ids" {
  description = "Private DNS zones by name."
  value       = { for name, zone in azurerm_private_dns_zone.this : name => zone.id }
  depends_on  = [azurerm_private_dns_zone_virtual_network_link.this]
}

output "outbound_ip_address" {
  description = "The address the platform is seen as from outside."
  value       = azurerm_public_ip.out.ip_address
}
