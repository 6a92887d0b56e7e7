component "release" "db" {
  path = "/srv/db"
  patch_level = "1.0.0"
}
locals {
  a = var.nope
  b = "${local.a}!"
}
output "o" { value = local.b }
