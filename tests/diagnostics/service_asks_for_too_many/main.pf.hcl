component "release" "one" {
  patch_level = "1"
  path        = "/srv/one"
}
service "shop" {
  members       = [release.one]
  min_available = 3
}
