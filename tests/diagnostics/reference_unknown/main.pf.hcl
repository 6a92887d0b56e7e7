component "release" "db" {
  path = "/srv/db"
  patch_level = "1.0.0"
}
variable "port" { default = 1 }
locals {
  port = 1
  a = var.prot
  b = local.prt
  c = release.dp.path
  d = foo.bar
  e = plain
  f = each.key
  g = self.path
  h = apt.x
  i = module.eu.a
  j = var
}
