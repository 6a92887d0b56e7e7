component "release" "api" {
  path =
  patch_level = "1"
}
