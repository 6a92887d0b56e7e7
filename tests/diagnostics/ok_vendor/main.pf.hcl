locals {
  desk = "+49 30 5550100"
}

vendor "acme" {
  phone = local.desk
  email = null
  case  = 99881
}

component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
  vendor      = vendor.acme
}
