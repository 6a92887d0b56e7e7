locals {
  ports = [for i in range(3) : local.base + i]
  base  = 8080
}

output "ports" {
  value = local.ports
}
