component "release" "web" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [80, 81]
    labels   = ["tcp", "a${check.key}"]
    content {
      port = each.value
    }
  }
  dynamic "check" {
    for_each = [80, 81]
    iterator = port
    labels   = ["tcp", "b${each.key}"]
    content {
      port = port.value
    }
  }
  check "tcp" "c" {
    port = each.value
  }
}
