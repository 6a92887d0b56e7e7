patchform {
  required_providers {
    apt = { configuration_aliases = [apt.base, release.x] }
  }
}
component "apt" "a" {
  provider    = apt.other
  patch_level = {}
}
component "apt" "b" {
  provider    = apt.base
  patch_level = {}
}
