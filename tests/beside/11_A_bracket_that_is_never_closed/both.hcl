locals {
  ports = [8080, 8081
  names = ["a", "b"]
}

output "ports" {
  value = local.ports
}
