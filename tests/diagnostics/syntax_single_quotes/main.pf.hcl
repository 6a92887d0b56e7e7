component "release" "api" {
  path = '/srv'
  patch_level = "1"
}
