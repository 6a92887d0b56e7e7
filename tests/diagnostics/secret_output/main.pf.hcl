variable "password" {
  default   = "hunter2"
  sensitive = true
}
output "o" {
  value = "x${var.password}"
}
