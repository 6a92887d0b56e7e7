component "release" "web" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [80, 81]
    iterator = p
    labels   = ["tcp", "a${check.key}"]
    content {
      port = check.value
    }
  }
  dynamic "check" {
    for_each = [80, 81]
    labels   = ["tcp", "b${check.key}"]
    content {
      port = check.value
    }
  }
  lifecycle {
    dynamic "precondition" {
      for_each = [1]
      iterator = one
      content {
        condition     = precondition.value == 1
        error_message = "not ${one.value}"
      }
    }
  }
  check "tcp" "c" {
    port = check.value
  }
}
