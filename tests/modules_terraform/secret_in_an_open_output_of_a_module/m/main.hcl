variable "password" {
  default   = "x"
  sensitive = true
}
output "url" { value = var.password }
