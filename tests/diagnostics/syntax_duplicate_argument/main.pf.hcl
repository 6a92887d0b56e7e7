component "release" "api" {
  path = "/a"
  patch_level = "1"
  path = "/b"
}
