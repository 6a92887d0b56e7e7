variable "password" {
  type      = string
  sensitive = true
}

variable "vault" {
  type      = object({ level = string, size = number, hosts = set(string) })
  sensitive = true
}

variable "name" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

locals {
  address = "http://${var.name}:${var.password}@db"
  user    = var.name
}

output "address" {
  value = [local.user, local.address]
}

output "marked" {
  value     = local.address
  sensitive = true
}

output "made" {
  value = sensitive(var.name)
}

output "of_a_module" {
  value = [module.db.open, module.db.secret, module.db.given, module.db.own]
}

module "db" {
  source = "./db"
  given  = upper(var.password)
}

component "release" "counted" {
  count       = length(var.password)
  patch_level = "1"
  path        = "/srv"
}

component "release" "each" {
  for_each    = var.vault.hosts
  patch_level = "1"
  path        = "/srv"
}

component "release" "values_of_a_map" {
  for_each    = { a = var.password }
  patch_level = each.value
  path        = "/srv"
}

component "release" "api" {
  patch_level = var.vault.level
  path        = "/srv"
  token       = var.password
  zone        = "z${var.vault.size}"
  tags        = ["${var.password}${var.token}"]
  artifacts   = { a = var.password, b = "x${var.password}" }
}

component "release" "whole" {
  patch_level = "1"
  path        = "/srv"
  artifacts   = { a = var.password, b = "${var.token}" }
}

baseline "secret" {
  patch_level = { openssl = var.password }
}
