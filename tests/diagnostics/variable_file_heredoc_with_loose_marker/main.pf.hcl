variable "token" {
  type      = string
  sensitive = true
}
variable "name" {
  type = string
}
output "seen" {
  value = var.name
}
