component "release" "a" {
  path = release.b.path
  patch_level = "1"
}
component "release" "b" {
  path = "/b"
  patch_level = "1"
  depends_on = [release.c]
}
component "release" "c" {
  path = "${release.a.path}/x"
  patch_level = "1"
}
