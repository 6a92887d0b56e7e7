provider "apt" {
  mirrr = "x"
}
locals {
  a = 1 +
  b = local.nope
}
output "a" {
  vale = 1
}
output "b" {
  value = "${local.other}${local.a}"
}
component "release" "x" {
  for_each    = { k = 1 }
  path        = "/srv"
  patch_level = "1"
}
component "release" "y" {
  path        = "/srv"
  patch_level = "1"
  depends_on  = [release.x["j"]]
}
component "apt" "z" {
  provider    = apt.nowhere
  patch_level = 1
}
