locals {
  a = true
  b = "x ${local.a | local.a} y"
  c = upper(local.a & local.a)
  d = [local.a | local.a]
  e = { a = local.a & local.a }
  f = (local.a | local.a)
  g = [for x in [1] : x if local.a & local.a]
  h = local.d[local.a | local.a]
  i = [1, 2, local.a & 3, 4]
  j = <<-EOT
    ${local.a | local.a}
  EOT
  k = "%{ if local.a & local.a }x%{ endif }"
  l = true & false
  m = "a | b & c"
}
