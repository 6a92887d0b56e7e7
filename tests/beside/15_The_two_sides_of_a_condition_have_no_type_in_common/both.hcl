variable "on" {
  default = true
}

output "nodes" {
  value = var.on ? { a = 1 } : ["a"]
}
