# What an output that could not be read would have been nobody knows.
module "half" {
  source = "./modules/half"
}

module "halves" {
  source = "./modules/half"
  count  = 1
}

output "all" {
  value = [
    module.half.url.x, module.half.lost, module.half, module.halves[0].lost.x, module.halves[0].url,
    [for one in module.halves : one.lost.x], 1 + "told",
  ]
}
