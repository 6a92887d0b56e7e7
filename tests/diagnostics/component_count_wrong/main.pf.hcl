component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = -1
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = "many"
}
component "release" "c" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = 1000000000
}
