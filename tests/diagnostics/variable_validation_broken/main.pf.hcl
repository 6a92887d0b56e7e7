variable "port" {
  default = 80
  validation {
    condition = var.prot > 1
    error_message = "x"
  }
  validation {
    condition = 5
  }
}
