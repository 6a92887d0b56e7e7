component "release" "api" {
  path = null
  patch_level = "1"
}
