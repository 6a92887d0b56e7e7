component "shared" "api" {
  patch_level = "1"
}
