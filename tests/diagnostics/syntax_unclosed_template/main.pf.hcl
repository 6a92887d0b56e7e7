locals {
  a = "x ${local.b"
  b = 1
}
