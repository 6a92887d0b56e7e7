locals {
  port = null
}

component "release" "a" {
  patch_level = "1"
  path        = "/srv"
  artifacts   = { one = "a", two = local.port }
  tags        = ["a", null]
}
