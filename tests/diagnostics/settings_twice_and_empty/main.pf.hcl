patchform {
  state "local" {
    path = ""
  }
  state "local" {}
  required_providers {
    acme = { source = "./acme" }
  }
  required_providers {
    acme = { source = "./other" }
  }
}
module "m" {
  source = "./m"
  providers = {
    apt.day = apt.night
    apt.day = apt.night
  }
}
provider "apt" {
  alias  = "night"
  mirror = "http://m"
}
