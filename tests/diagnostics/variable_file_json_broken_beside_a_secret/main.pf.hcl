variable "token" {
  type      = string
  sensitive = true
}
variable "ports" {
  type = list(number)
}
variable "name" {
  type = string
}
output "seen" {
  value = var.name
}
