variable "password" {
  type      = string
  sensitive = true
  default   = "hidden"
}

locals {
  regions = { eu = 8080, us = 9090 }
}

component "release" "db" {
  for_each    = local.regions
  path        = "/srv/db-${each.key}"
  patch_level = "15.4"
}

provider "apt" {
  alias  = "night"
  mirror = "http://mirror.example"
}

rollout "careful" { max_parallel = "50%" }
vendor "acme" { phone = "1" }

module "region" {
  source   = "./modules/region"
  for_each = local.regions

  name     = each.key
  port     = tostring(each.value)
  database = release.db[each.key]
  rollout  = rollout.careful
  token    = var.password

  providers = { apt.base = apt.night }
}

# An input that is made from another output of the same module: no loop.
module "loop" {
  source = "./modules/loop"
  second = module.loop.first
}

module "late" {
  source     = "./modules/loop"
  second     = "x"
  depends_on = [module.region["eu"]]
}

component "release" "front" {
  path        = module.region["eu"].path
  patch_level = module.region["us"].web.patch_level
}

component "release" "all" {
  path        = join(",", [for r in module.region : r.path])
  patch_level = "1"
}

component "release" "counted" {
  for_each    = local.regions
  path        = module.region[each.key].path
  patch_level = "1"
}

output "paths" { value = { for k, r in module.region : k => r.path } }
output "second" { value = module.loop.second }
