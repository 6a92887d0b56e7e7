variable "call" {
  default = upper("x")
}

variable "reference" {
  default = local.x
}

variable "inside" {
  default = { a = [1, "${length("x")}"] }
}

variable "attribute" {
  type    = object({ name = optional(string, upper("x")) })
  default = {}
}

variable "secret" {
  type      = string
  sensitive = true
}

variable "given" {}

variable "argument" {
  type = list(number)
}

variable "well" {
  default = [for x in [1, 2 + 3] : "${x}" if x > 1]
}

locals {
  x = var.well
}
