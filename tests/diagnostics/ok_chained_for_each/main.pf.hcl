component "release" "db" {
  for_each = toset(["x", "y"])
  path = "/${each.key}"
  patch_level = "1"
}
component "release" "web" {
  for_each = release.db
  path = each.value.path
  patch_level = each.value.patch_level
}
locals {
  first = { for k, v in release.db : k => v.path }
}
component "release" "all" {
  path = local.first["x"]
  patch_level = "1"
}
