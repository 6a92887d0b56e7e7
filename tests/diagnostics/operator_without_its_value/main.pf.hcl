variable "a" {
  type    = string
  default = "a"

  validation {
    condition     = var.a ==
    error_message = "no"
  }
}

locals {
  x = a ==
  y = local.x
  z = [1 ==
  2]
}
