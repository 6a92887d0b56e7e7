variable "nodes" {
  default = 3
}

output "nodes" {
  value = var.ndoes
}
