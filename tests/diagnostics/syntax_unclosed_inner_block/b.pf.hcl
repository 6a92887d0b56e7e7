component "release" "b" {
  path        = "/srv"
  patch_level = "1"
  check "http" "x" {
    url = "http://a"
  lifecycle {
    install = true
  }
}
output "c" {
  value = release.b.path
}
