component "release" "a" {
  path = "/srv"
  lifecycle {
    install = true

  patch_level = "1"
}
output "b" {
  value = local.nope
}
