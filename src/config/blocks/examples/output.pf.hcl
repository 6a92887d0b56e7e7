variable "password" {
  default   = "only for this example"
  sensitive = true
}

output "login" {
  description = "Neither shown nor stored."
  value       = "ops:${var.password}"
  sensitive   = true

  precondition {
    condition     = length(var.password) >= 8
    error_message = "The password must have at least 8 characters."
  }
}
