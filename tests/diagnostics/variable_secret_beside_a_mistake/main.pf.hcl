variable "token" {
  type      = list(string)
  sensitive = true
}
variable "key" {
  sensitive = true
  validation {
    condition     = length(var.key) > 40
    error_message = "It is too short."
  }
}
variable "port" { type = list(number) }
