variable "password" {}
output "url" {
  value     = var.password
  sensitive = true
}
