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

provider "release" {
  alias = "night"
}
component "release" "e" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = night
}
component "release" "f" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = "release.night"
}
component "release" "g" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = provider.release.night
}
component "release" "h" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = alias.night
}
component "release" "i" {
  path = "/srv/api"
  patch_level = "1.0.0"
  provider = { alias = night }
}
