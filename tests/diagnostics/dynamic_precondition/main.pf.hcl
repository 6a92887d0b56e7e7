component "release" "web" {
  for_each    = toset(["a", "b"])
  path        = "/srv"
  patch_level = "1"
  lifecycle {
    dynamic "precondition" {
      for_each = { one = 80, two = 90 }
      content {
        condition     = precondition.value < 85 || each.key == "a"
        error_message = "The port ${precondition.value} is too large."
      }
    }
    dynamic "precondition" {
      for_each = toset(["x"])
      iterator = word
      content {
        condition     = each.key != "b"
        error_message = "Not b."
      }
    }
  }
}
