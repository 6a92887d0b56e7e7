component "firmware" "disk" {
  patch_level = "~> 1.0"
}
component "own" "thing" {
  patch_level = "~> 1.0"
}
