variable "name" {}
variable "password" { sensitive = true }
variable "note" {}
variable "own" {
  sensitive = true
  default   = "module default"
}

output "url" {
  value     = "db://${var.name}:${var.password}@host"
  sensitive = true
}
output "name" { value = "${var.name}-${var.note}" }
output "own" {
  value     = var.own
  sensitive = true
}
