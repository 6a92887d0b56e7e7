variable "base" {}
variable "index" { type = number }
component "release" "deep" {
  path        = "${path.module}:${var.base}/${var.index}"
  patch_level = "1"
}
output "path" { value = release.deep.path }
