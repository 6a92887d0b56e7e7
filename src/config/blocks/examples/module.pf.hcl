provider "command" {
  alias = "night"
}

component "command" "db" {
  patch_level = "15.3"
  read        = ["cat", "db.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > db.level"]
  snapshot    = ["sh", "-c", "cp db.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT db.level"]
}

module "region" {
  source     = "./modules/region"
  for_each   = { eu = 2, us = 3 }
  providers  = { command.site = command.night }
  depends_on = [command.db]

  name  = each.key
  nodes = each.value
}

module "test" {
  source    = "./modules/region"
  count     = 1
  providers = { command.site = command }

  name  = "test"
  nodes = 1
}

output "levels" {
  value = { for name, region in module.region : name => region.level }
}
