variable "name" {
  type = string
}

variable "ports" {
  type = list(number)
}

variable "any" {}

output "first" {
  value = var.ports[0]
}

output "path" {
  value = var.any.path
}

output "wrong" {
  value = var.any.nothing
}
