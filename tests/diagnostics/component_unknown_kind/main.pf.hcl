component "relase" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
}
component "nothing" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
}
