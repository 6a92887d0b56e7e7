variable "hosts" {
  type = map(object({ path = string, port = number }))
}

variable "list" {
  type = list(string)
}

variable "levels" {
  type = map(string)
}

component "release" "each" {
  for_each    = var.hosts
  patch_level = each.value.level
  path        = each.value.port
  artifacts   = { a = each.value }
  tags        = [each.key, each.value]
  port        = each.value.path
}

component "release" "listed" {
  for_each    = var.list
  patch_level = var.levels
  path        = "/srv"
}

component "release" "counted" {
  count       = var.list
  patch_level = [var.levels["a"]]
  path        = "/srv/${count.index.x}"
}

component "apt" "parts" {
  patch_level = { openssl = var.levels["openssl"], nginx = var.list }
}

component "release" "open" {
  patch_level = var.levels["open"]
  path        = "/srv"
  port        = "a${var.list[0]}"
  class       = var.list
  lifecycle {
    precondition {
      condition     = var.list
      error_message = var.levels
    }
  }
  check "tcp" "up" {
    port   = var.levels
    within = var.list
  }
}

output "of_components" {
  value = [release.each["a"].prot, release.open.port.x, release.counted[0].path]
}

component "release" "none" {
  count       = 0
  patch_level = "1"
  path        = "/srv/${var.list}"
  tags        = var.hosts
  lifecycle {
    precondition {
      condition     = length(var.list)
      error_message = [var.list[0]]
    }
  }
}
