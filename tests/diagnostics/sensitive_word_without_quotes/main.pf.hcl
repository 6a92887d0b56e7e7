locals {
  a = sensitive(Hunter2)
  b = sensitive(upper(Hunter2))
  c = sensitive(vra.password)
}
