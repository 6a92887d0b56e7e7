module "m" {
  source = "./m"
  name   = module.n.name
}
module "n" {
  source = "./m"
  name   = module.m.name
}
