component "release" "x" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [1]
    iteratr  = p
    labels   = ["tcp", "a-${p.key}"]
    content {
      port = p.value
    }
  }
  dynamic "check" {
    for_each = [1]
    labels   = ["tcp", "b"]
    contnt {
      port = check.value
      prot = 1
    }
  }
}
locals {
  x = { a.b = 1 }
}
