variable "x" {
  type    = object({ a = optional(strng, "q") })
  default = {}
}

variable "many" {
  type    = map(object({ a = strng }))
  default = { one = {} }
}

variable "misspelt" {
  defalt = 1
}

variable "Capital" {
  Default = 1
}

output "o" {
  value = var.x.a
}

output "p" {
  value = var.misspelt + var.Capital
}

locals {
  all = { for k, v in var.many : k => v.a }
}

component "release" "one" {
  for_each    = var.many
  path        = each.value.a
  patch_level = "1"
}

module "m" {
  source = "./m"
  given  = { b = 1 }
  passed = var.x
}

output "q" {
  value = module.m.a
}
