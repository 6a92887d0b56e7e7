variable "host" {
  type    = string
  default = null
}
variable "wrong" {
  type    = map(string)
  default = "x"
}
locals {
  cfg = { port = 80 }
}
# Nothing is wrong here: a variable may be why there is none.
component "release" "good" {
  count       = var.host == null ? 0 : 1
  path        = "/srv/${var.host}"
  patch_level = "1"
  lifecycle {
    precondition {
      condition     = local.cfg.port == 1
      error_message = "Not asked."
    }
  }
  check "http" "ready" {
    url       = "${var.host}/healthz"
    successes = 3
    interval  = "20s"
    within    = var.host == null ? "1s" : "2m"
  }
}
component "release" "none" {
  for_each    = {}
  path        = "/srv/${each.value.path}/${local.cfg.prt}"
  patch_level = 1
  port        = "x"
  artifacts   = { a = nofunction(each.key, local.cfg.b) }
  class       = "databse"
  check "http" "ready" {
    url           = "http://${each.value}/${local.cfg.nope}"
    timeout       = 3
    expect_status = "abc"
  }
}
component "release" "unknown" {
  for_each    = var.wrong
  path        = "/srv/${each.key}"
  patch_level = "1"
  port        = ["x"]
}
component "release" "dynamic" {
  path        = "/srv"
  patch_level = "1"
  dynamic "check" {
    for_each = []
    labels   = ["tcp", "b-${check.key}"]
    content {
      port    = local.cfg.prt
      host    = check.value.host
      timeout = 3
    }
  }
}
data "json" "none" {
  count = 0
  path  = local.cfg.file
}
module "m" {
  source   = "./m"
  for_each = toset([])
  port     = "http"
  name     = each.key
  cfg      = local.cfg.nope
}
