variable "name" {}
variable "port" {
  type = number
  validation {
    condition     = var.port < 65536
    error_message = "Port ${var.port} of ${var.name} is no port."
  }
}
output "port" { value = var.port }
