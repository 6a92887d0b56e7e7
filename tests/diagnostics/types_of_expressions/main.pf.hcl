variable "hosts" {
  type = list(object({ name = string, port = optional(number, 80), tags = map(string) }))
  validation {
    condition     = length(var.hosts)
    error_message = "There are no hosts."
  }
}

variable "names" {
  type = set(string)
  validation {
    condition     = length(var.name) > 0 && upper(var.names) != ""
    error_message = "There are no names."
  }
}

variable "settings" {
  type = object({ zone = string, limits = map(number) })
}

variable "on" {
  type = bool
}

locals {
  first  = var.hosts[0]
  merged = merge(var.settings, { owner = "web", ports = local.ports })
  ports  = [for host in var.hosts : host.prot]
  byname = { for host in var.hosts : host.name => host }
}

output "attribute" {
  value = "${local.first.nmae}:${local.first.port}"
}

output "of_all" {
  value = var.hosts[*].tag
}

output "through_locals" {
  value = [local.merged.onwer, local.byname["a"].port.number, local.merged.zone]
}

output "calls" {
  value = [join(var.names, ","), startswith(var.settings.zone), regex("(", var.settings.zone), keys(var.hosts)]
}

output "operators" {
  value = var.settings.limits + 1 > 2 || !var.names
}

output "branches" {
  value = var.on ? var.hosts : var.settings
}

output "text" {
  value = "on ${var.names}%{ for host in var.hosts } ${host.tags}%{ endfor }"
}

output "right" {
  value = var.on ? [for host in var.hosts : "${host.name}:${host.port}" if host.port > 80] : tolist(var.names)
}

check "types" {
  assert {
    condition     = var.hosts
    error_message = [var.settings.zone]
  }
}
