variable "ports" { default = { admin = 9000, web = 8080 } }
component "release" "web" {
  for_each    = toset(["a", "b"])
  path        = "/srv/${each.key}"
  patch_level = "1"
  dynamic "check" {
    for_each = var.ports
    labels   = ["http", "${check.key}-${each.key}"]
    content {
      url         = "http://127.0.0.1:${check.value}/${self.patch_level}"
      expect_body = check.key
    }
  }
  dynamic "connection" {
    for_each = each.key == "a" ? ["10.0.0.1"] : []
    iterator = host
    labels   = ["ssh"]
    content { host = host.value }
  }
  lifecycle {
    dynamic "precondition" {
      for_each = var.ports
      content {
        condition     = precondition.value > 80
        error_message = "no"
      }
    }
  }
}
