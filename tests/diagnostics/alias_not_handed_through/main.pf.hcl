provider "release" {
  alias = "eu"
}

module "middle" {
  source    = "./middle"
  providers = { release = release.eu }
}
