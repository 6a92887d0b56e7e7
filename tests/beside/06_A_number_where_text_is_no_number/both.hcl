variable "size" {
  default = "12 nodes"
}

output "half" {
  value = var.size / 2
}
