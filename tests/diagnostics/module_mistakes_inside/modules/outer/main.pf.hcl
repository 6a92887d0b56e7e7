variable "level" {}
module "inner" {
  source = "../inner"
  level  = var.level
}
module "other" {
  source = "../inner"
  level  = "ok"
}
locals {
  a = var.levle
  b = release.front.path
}
