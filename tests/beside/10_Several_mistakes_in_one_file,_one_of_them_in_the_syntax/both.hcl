locals {
  base = "/srv
}

output "base" {
  value = var.bse
}

output "base" {
  value = 2
}
