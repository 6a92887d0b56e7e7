variable "count" { default = 5 }
variable "for_each" {}
output "o" {
  value = var.count
}
