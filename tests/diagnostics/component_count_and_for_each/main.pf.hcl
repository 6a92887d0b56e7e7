component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = 1
  for_each = {}
}
