component "var" "api" {
  patch_level = "1"
}
