variable "text" {
  type = string
}

variable "number" {
  type = number
}

variable "list" {
  type = list(string)
}

variable "map" {
  type = map(string)
}

variable "host" {
  type = object({ name = string, port = number })
}

variable "hosts" {
  type = map(object({ name = string, port = number }))
}

variable "any" {}

rollout "wrong" {
  max_parallel = var.list
  max_failures = [var.number]
  waves        = [1, var.list]
}

rollout "right" {
  max_parallel = var.text
  max_failures = var.number
  waves        = [1, var.text, "5%"]
}

rollout "one" {
  waves = var.number
}

baseline "wrong" {
  patch_level = var.list
}

policy "pci-dss" {
  terms = var.list
}

feed "osv" "wrong" {
  source = var.number
}

service "wrong" {
  members = [release.each]
  order   = var.number
}

service "right" {
  members = [release.each]
  order   = var.text
}

maintenance_window "wrong" {
  timezone = "Europe/Berln"
  start    = "25:00"
  days     = ["tues", "wed"]
  duration = var.text
}

maintenance_window "right" {
  timezone = "Europe/Berlin"
  start    = "23:00"
  days     = var.list
  duration = "72h"
}

data "external" "query" {
  program = [var.text]
  query   = var.list
}

data "http" "headers" {
  url             = var.text
  request_headers = { Accept = [var.text] }
}

data "json" "each" {
  for_each = var.hosts
  path     = each.value.pth
}

output "data" {
  value = [data.external.query.vlue, data.external.query.value.a, data.json.each["a"].value]
}

component "release" "each" {
  for_each    = { a = var.host, b = { name = var.text, port = 1 } }
  patch_level = each.value.level
  path        = "/srv/${each.value.name}"
  rollout     = var.text
  vendor      = var.any
  maintenance {
    window = [var.text]
    drain  = var.number
  }
  check "exec" "self" {
    command = [self.path, self.paht, self.tags]
  }
}

component "release" "made" {
  patch_level = var.text
  path        = "/srv"
  dynamic "check" {
    for_each = var.hosts
    labels   = ["tcp", check.key]
    content {
      port = check.value.prot
    }
  }
  dynamic "check" {
    for_each = [var.host]
    iterator = it
    labels   = ["tcp", it.value]
    content {
      port = it.key
      host = it.value.nmae
    }
  }
  dynamic "check" {
    for_each = var.text
    labels   = ["exec", "a"]
    content {
      command = [self.path]
    }
  }
}

module "called" {
  for_each = { a = var.host }
  source   = "./called"
  name     = each.value.nosuch
}

locals {
  told   = templatefile("greeting.tpl", { hosts = var.hosts, name = var.list })
  lacks  = templatefile("greeting.tpl", { hosts = var.hosts })
  right  = templatefile("greeting.tpl", { hosts = var.hosts, name = var.text })
  absent = templatefile("nosuch.tpl", { name = var.text })
  none   = templatefile("greeting.tpl", var.list)
}

component "release" "misspelt" {
  patch_level = "1"
  pahth       = "/srv"
  check "exec" "self" {
    command = [self.path]
  }
}
