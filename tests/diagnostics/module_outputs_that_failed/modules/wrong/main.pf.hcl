locals {
  base = "8000" + []
}

output "port" {
  value = local.base + 1
}

output "name" {
  value = "api"
}
