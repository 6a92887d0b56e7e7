component "release" "inner" {
  path        = "/srv/inner"
  patch_level = "1"
}
