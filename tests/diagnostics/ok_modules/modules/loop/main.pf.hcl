variable "second" {}
component "release" "one" {
  path        = "one"
  patch_level = "1"
}
component "release" "two" {
  path        = var.second
  patch_level = "1"
}
output "first" { value = release.one.path }
output "second" { value = release.two.path }
