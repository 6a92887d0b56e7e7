provider "release" {
  alias = "night"
}
component "release" "a" {
  path        = path = "/srv"
  patch_level = "1"
  provider    = alias = night
}
component "release" "b" {
  path        = "/srv"
  patch_level = "1"
  provider    = alias = "night"
}
component "release" "c" {
  path        = "/srv"
  patch_level = level = "1"
  depends_on  = [release.a] = [release.b]
}
locals {
  a = b = 3
  c = true = local.a
  d = local.a = 3
}
