# What follows only from another mistake is not told, nor what a condition may keep from being looked at.
variable "hosts" {
  type = list(object({ name = string }))
}

variable "broken" {
  type = lst(string)
}

locals {
  wrong   = var.hosts[0].nmae
  follows = local.wrong.x.y + 1
  also    = upper(local.follows)
}

output "guarded" {
  value = [
    can(var.hosts[0].port) ? var.hosts[0].port : 80,
    try(var.hosts[0].port, 80),
    [for host in var.hosts : host.port if can(host.port)],
    var.broken.x + 1,
    local.wrong.z,
    local.follows,
    local.also,
  ]
}
