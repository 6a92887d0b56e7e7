locals {
  hosts = { a = { p = "/a" }, b = { q = "/b" }, c = {} }
}
component "release" "api" {
  for_each = local.hosts
  path = each.value.p
  patch_level = "1"
}
