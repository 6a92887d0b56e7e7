component "release" "first" {
  count       = 2100
  patch_level = "1"
  path        = "/srv/first"
}
component "release" "second" {
  count       = 2100
  patch_level = "1"
  path        = release.first[0].path
  tags        = [for one in release.first : one.path]
}
