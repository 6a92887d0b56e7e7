variable "secret" {
  default   = ["x"]
  sensitive = true
}
component "release" "a" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = { a = 1 }
    labels   = ["http", chek.key]
    content {
      url  = "http://127.0.0.1:${check.valeu}"
      port = 1
    }
  }
  dynamic {}
  dynamic "check" { labels = 3 }
  dynamic "chekc" {
    for_each = []
    iterator = "x"
    content {}
    content {}
  }
}
component "release" "b" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = "text"
    labels   = ["tcp", "x"]
    content { port = 1 }
  }
}
component "release" "c" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = var.secret
    labels   = ["tcp", "x"]
    content { port = 1 }
  }
}
component "release" "d" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [1, 2]
    labels   = ["tcp", "same"]
    content { port = check.value }
  }
}
component "release" "e" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = [1, "x"]
    labels   = ["tcp", check.key]
    content { port = check.value.number }
  }
}
component "release" "f" {
  path        = "/srv"
  patch_level = "1"
  lifecycle {
    dynamic "precondition" {
      for_each = [1]
      for {}
    }
    dynamic "precondition" {
      for_each = [1]
      content { condition = true }
    }
  }
}
