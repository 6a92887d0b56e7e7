component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = two
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = releas
}
component "release" "c" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = release.eu
}
component "release" "d" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = "release"
}
