provider "apt" {
  alias  = "night"
  mirror = "http://m"
}
module "missing" {
  source = "./m"
}
module "wrong" {
  source = "./m"
  providers = {
    apt.base    = apt.day
    apt.unasked = apt.night
    release     = apt
    "apt"       = 3
  }
}
module "list" {
  source    = "./m"
  providers = [apt.night]
}
