variable "in" {}
output "out" { value = "x${var.in}" }
component "release" "c" {
  path        = "c"
  patch_level = "1"
}
