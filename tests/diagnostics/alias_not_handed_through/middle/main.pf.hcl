module "inner" {
  source    = "./inner"
  providers = { release.top = release.eu }
}
