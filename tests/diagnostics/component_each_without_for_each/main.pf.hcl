component "release" "api" {
  path = each.key
  patch_level = "1"
}
component "release" "b" {
  path = count.index
  patch_level = "1"
}
