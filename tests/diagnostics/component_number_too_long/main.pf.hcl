component "release" "long" {
  patch_level = "1"
  path        = "/srv/long"
  port        = 123456789012345678901
}
