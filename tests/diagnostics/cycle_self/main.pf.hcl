component "release" "api" {
  path = release.api.patch_level
  patch_level = "1"
}
