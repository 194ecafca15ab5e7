variable "name" {
  description = "Name of the server, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group everything is made in."
  type        = string
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "subnet_id" {
  description = "Subnet delegated to flexible servers."
  type        = string
}

variable "private_dns_zone_id" {
  description = "Zone the server's name is answered in."
  type        = string
}

variable "sku_name" {
  description = "Machine, such as B_Standard_B1ms or GP_Standard_D2ds_v5."
  type        = string
}

variable "storage_mb" {
  description = "Disk; it grows by itself."
  type        = number
}

variable "backup_days" {
  description = "Days back the server can be restored to, minute by minute."
  type        = number
}

variable "standby" {
  description = "Whether a standby in another zone takes over."
  type        = bool
}

variable "key_vault_id" {
  description = "Vault the password is kept in."
  type        = string
}

variable "password_version" {
  description = "Raise it by one for a new password, here and in the vault."
  type        = number
}
