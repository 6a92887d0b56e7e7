component "release" "inner" {
  patch_level = "1"
  path        = "/srv/a"
}
