variable "a" { type = number }
variable "exact" {
  validation {
    condition     = var.exact == 3
    error_message = "Not ${var.exact}."
  }
}
variable "nested" {
  type = object({ ports = list(number) })
}
