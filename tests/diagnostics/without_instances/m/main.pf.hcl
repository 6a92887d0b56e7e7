variable "port" {
  type = number
}
variable "name" {
  type = string
}
variable "cfg" {}
locals {
  a   = { b = 1 }
  bad = local.a.c
  is  = "${var.name}-${local.a.d}"
}
component "release" "z" {
  path        = "/x/${var.name}/${local.a.e}"
  patch_level = 3
}
rollout "r" {
  canary = "x"
  cnary  = 1
}
output "o" {
  value = local.a.f
}
module "inner" {
  source = "./inner"
  x      = local.a.g
}
