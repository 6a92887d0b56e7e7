variable "regions" {
  type = map(object({
    tiers = optional(list(string), ["web"])
    size  = optional(number, 1)
    tags  = optional(map(string), {})
  }))
}

module "region" {
  source   = "./region"
  for_each = var.regions
  name     = each.key
  tiers    = each.value.tiers
  size     = each.value.size
  tags     = merge({ region = each.key }, each.value.tags)
}

module "spare" {
  source = "./region"
  count  = length(var.regions) > 5 ? 1 : 0
  name   = "spare"
}

module "edge" {
  source = "./region"
  count  = 2
  name   = "edge-${count.index}"
  size   = count.index
}

component "command" "front" {
  for_each    = toset(flatten([for r in module.region : r.nodes]))
  patch_level = each.value
  read        = ["echo", "0"]
  patch       = ["true"]
}

output "whole" { value = module.region }
output "edges" { value = module.edge }
output "nodes" { value = { for k, r in module.region : k => r.nodes } }
output "all" { value = sort(flatten(values(module.region)[*].nodes)) }
output "first" { value = module.edge[1].nodes[0] }
output "levels" { value = [for r in module.edge : r.levels] }
output "spare" { value = one(module.spare[*].nodes) }
output "tried" { value = try(module.spare[0].nodes, "none") }
output "count" { value = [length(module.region), length(module.spare), length(module.edge)] }
output "keys" { value = keys(module.region) }
output "tags" { value = merge([for r in module.region : r.tags]...) }
output "front" { value = sort([for k, f in command.front : "${k}=${f.patch_level}"]) }
output "sizes" { value = { for name, r in module.region : r.size => name... } }
