module "a" {
  source = "./m"
  in     = module.b.out
}
module "b" {
  source = "./m"
  in     = module.a.out
}
module "c" {
  source     = "./m"
  in         = release.x.path
}
component "release" "x" {
  path        = "x"
  patch_level = "1"
  depends_on  = [module.c]
}
module "d" {
  source     = "./m"
  in         = 1
  depends_on = [module.d, module.e["z"], module.e.out]
}
module "e" {
  source   = "./m"
  for_each = toset(["y"])
  in       = each.key
}
