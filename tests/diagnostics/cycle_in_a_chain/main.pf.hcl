locals {
  a = local.b
  b = local.c
  c = local.d
  d = local.b
  e = local.a
}
