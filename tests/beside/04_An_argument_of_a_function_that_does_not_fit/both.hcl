locals {
  ports = [8080, 8081]
}

output "names" {
  value = join("-", "api", upper(local.ports))
}
