locals {
  hosts = {
    a = { path = "/a", port = 80 }
    b = { path = "/b", port = "http" }
    c = { port = 80 }
    d = { path = "/d", port = "ftp" }
    e = { path = ["/e"] }
  }
}

# One mistake at one place in b and d, another in c, and two in e.
component "release" "api" {
  for_each    = local.hosts
  path        = each.value.path
  port        = each.value.port
  patch_level = "1"
}

component "release" "numbered" {
  count       = 3
  path        = "/srv/${["a"][count.index]}"
  patch_level = "1"
}

# The same words at one place with another value each: a few are shown, the others counted.
component "release" "classes" {
  count       = 1000
  path        = "/srv"
  class       = "class ${count.index}"
  patch_level = "1"
}

module "site" {
  source   = "./m"
  for_each = { eu = [80, "http"], us = ["ftp", 443], apac = [8080, "irc"] }
  ports    = each.value
}

data "json" "levels" {
  for_each = toset(["m/none.json"])
  path     = each.key
}
