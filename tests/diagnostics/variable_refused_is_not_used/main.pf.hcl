# What its author says of a value is all that is told of it.
variable "net" {
  type    = string
  default = "10.0.0.0"
  validation {
    condition     = can(cidrnetmask(var.net))
    error_message = "Write a network as 10.0.0.0/8."
  }
}
variable "names" {
  type    = list(string)
  default = []
  validation {
    condition     = length(var.names) > 0
    error_message = "Name a host."
  }
}
locals {
  first = var.names[0]
  sub   = cidrsubnet(var.net, 8, 1)
  other = local.nope
}
output "sub" {
  value = "${local.sub} ${local.first}"
}
