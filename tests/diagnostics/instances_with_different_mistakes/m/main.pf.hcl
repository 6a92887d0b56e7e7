variable "ports" {
  type = list(any)
}

component "release" "site" {
  for_each    = { first = 0, second = 1 }
  path        = "/srv"
  port        = var.ports[each.value]
  patch_level = "1"
}
