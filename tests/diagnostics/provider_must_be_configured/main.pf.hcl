component "apt" "api" {
  patch_level = {}
}
