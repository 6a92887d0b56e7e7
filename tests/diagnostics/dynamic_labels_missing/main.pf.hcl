component "release" "web" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [80, 81]
    content {
      port = check.value
    }
  }
  dynamic "check" {
    for_each = [80, 81]
    labels   = ["tcp"]
    content {
      port = check.value
    }
  }
  dynamic "connection" {
    for_each = ["a"]
    content {
      host = connection.value
    }
  }
}
