component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  snapshoot {
  }
  path {
  }
}
