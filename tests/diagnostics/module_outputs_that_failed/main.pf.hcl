# Of a module with a mistake in it nobody is told that its outputs are not there.
module "one" {
  source = "./modules/wrong"
}

module "many" {
  source   = "./modules/wrong"
  for_each = toset(["a"])
}

locals {
  port = module.one.port
}

output "all" {
  value = [
    module.one.port.x, module.many["a"].port, module.many.a.port, module.many.a, module.many, local.port,
    { for key, one in module.many : key => one.port }, values(module.many)[*].port, "${module.one.port}",
  ]
}

output "misspelt" {
  value = [module.many.a.prot, module.many["a"].prot, module.one.prot]
}

output "sound" {
  value = module.many.a.name.x
}
