# There is no host yet: what form an argument has can be told all the same.
variable "hosts" {
  type    = map(object({ path = string, port = string }))
  default = {}
}

component "release" "web" {
  for_each    = var.hosts
  patch_level = "1.0"
  path        = ["/srv", each.value.path]
  artifacts   = [for part in [each.value.path] : part]
  tags        = "web ${each.key}"
  port        = { http = each.value.port }
  zone        = ({ name = each.key })

  check "http" "up" {
    url    = ["http://", each.value.port]
    within = "${each.value.port}s"
  }
}

# These may fit.
component "release" "fitting" {
  for_each    = var.hosts
  patch_level = "1.0"
  path        = each.value.path
  artifacts   = { for word in split(",", each.value.port) : word => word }
  tags        = [for word in split(",", each.value.port) : word]
  port        = "${each.value.port}0"
}
