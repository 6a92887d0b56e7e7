# Of a name alone.
locals {
  later = local.list[0]
[0]
}
