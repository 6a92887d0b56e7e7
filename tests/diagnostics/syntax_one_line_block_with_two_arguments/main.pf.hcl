component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  snapshot { keep = 2 keep_for = "1d" }
}
