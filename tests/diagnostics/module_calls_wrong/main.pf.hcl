module "nothing" {
  source = "./modules/nothing"
}
module "registry" {
  source  = "hashicorp/consul/aws"
  version = "1.0"
}
module "bare" {
  source = "https://example.com/modules.git"
}
module "computed" {
  source = "./${local.x}"
}
module "unfetched" {
  source = "git::https://example.com/modules.git//web?ref=v1.2"
}
module "none" {}
module "web" {
  source   = "./modules/web"
  prot     = 80
  for_each = toset(["a"])
  count    = 2
  tags {
    a = 1
  }
}
module "web" {
  source = "./modules/web"
  port   = 80
}
locals {
  x = module.nothing.url
  a = module.web.url
  b = module.web["a"].ulr
  c = module.web["b"].url
  d = module.wbe.url
  e = module.web[0].url
}
