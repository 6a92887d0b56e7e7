variable "name" { type = string }
variable "tiers" {
  type    = set(string)
  default = ["only"]
}
variable "size" { default = 2 }
variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  nodes = [for pair in setproduct(var.tiers, range(var.size)) : "${var.name}-${pair[0]}-${pair[1]}"]
}

module "tier" {
  source   = "./tier"
  for_each = var.tiers
  prefix   = "${var.name}/${each.key}"
  size     = var.size
}

output "nodes" { value = local.nodes }
output "size" { value = var.size }
output "tags" { value = var.tags }
output "levels" { value = { for k, t in module.tier : k => t.levels } }
output "path" { value = basename(path.module) }
