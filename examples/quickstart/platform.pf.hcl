# A small cloud platform: ten blocks, thirteen components, from the switch at the bottom to the web tier on top.

patchform {
  required_version = ">= 0.1"
  party            = "csp"
}

variable "levels" {
  description = "The patch level of every component. A patch is a reviewed change of these lines in git."
  type = object({
    switch     = optional(string, "4.2.0")
    firewall   = optional(string, "7.0.1")
    hypervisor = optional(string, "8.0.3")
    os         = optional(string, "12.5")
    image      = optional(string, "2026.10")
    database   = optional(string, "15.3")
    cache      = optional(string, "7.2.4")
    api        = optional(string, "2.0.0")
    web        = optional(string, "1.8.0")
    bastion    = optional(string, "9.2.1")
  })
  default = {}
}

variable "base_port" {
  description = "First of the eight loopback ports that the services listen on."
  type        = number
  default     = 18080

  validation {
    condition     = var.base_port >= 1024 && var.base_port <= 65000
    error_message = "base_port must lie between 1024 and 65000, so that no root is needed."
  }
}

locals {
  # Written by ./prepare: level → SHA-256 of its archive, per component.
  digests = jsondecode(file("work/dist/digests.json"))
  port = {
    switch   = var.base_port
    firewall = var.base_port + 1
    database = var.base_port + 2
    cache    = var.base_port + 3
    api      = { "eu-1" = var.base_port + 4, "eu-2" = var.base_port + 5 }
    web      = var.base_port + 6
    bastion  = var.base_port + 7
  }
}

# If one patch of a run fails, the whole run is taken back.
rollout "all_or_nothing" {
  max_parallel = 4
  on_failure   = "rollback_run"
}

component "release" "switch" {
  class       = "network_equipment"
  patch_level = var.levels.switch
  rollout     = rollout.all_or_nothing
  path        = "work/srv/switch/current"
  artifact    = "work/dist/switch-{level}.tar.gz"
  sha256      = local.digests.switch
  on_switch   = ["bin/svc", "restart", "switch", tostring(local.port.switch)]

  check "http" "forwarding" {
    url      = "http://127.0.0.1:${local.port.switch}/healthz"
    interval = "100ms"
    within   = "5s"
  }
}

component "release" "firewall" {
  class       = "security_equipment"
  patch_level = var.levels.firewall
  rollout     = rollout.all_or_nothing
  depends_on  = [release.switch]
  path        = "work/srv/firewall/current"
  artifact    = "work/dist/firewall-{level}.tar.gz"
  sha256      = local.digests.firewall
  on_switch   = ["bin/svc", "restart", "firewall", tostring(local.port.firewall)]

  check "http" "filtering" {
    url      = "http://127.0.0.1:${local.port.firewall}/healthz"
    interval = "100ms"
    within   = "5s"
  }
}

component "command" "hypervisor" {
  class       = "virtualization"
  patch_level = var.levels.hypervisor
  rollout     = rollout.all_or_nothing
  depends_on  = [release.switch]
  read        = ["bin/host", "read", "hypervisor"]
  patch       = ["bin/host", "patch", "hypervisor"]
  snapshot    = ["bin/host", "snapshot", "hypervisor"]
  restore     = ["bin/host", "restore", "hypervisor"]
  drop        = ["bin/host", "drop", "hypervisor"]
  verify      = ["bin/host", "verify", "hypervisor"]
}

component "command" "os" {
  for_each    = toset(["app-1", "app-2", "db-1"])
  class       = "operating_system"
  patch_level = var.levels.os
  rollout     = rollout.all_or_nothing
  depends_on  = [command.hypervisor]
  read        = ["bin/host", "read", each.key]
  patch       = ["bin/host", "patch", each.key]
  snapshot    = ["bin/host", "snapshot", each.key]
  restore     = ["bin/host", "restore", each.key]
  drop        = ["bin/host", "drop", each.key]
  verify      = ["bin/host", "verify", each.key]
}

component "command" "image" {
  class       = "machine_image"
  patch_level = var.levels.image
  rollout     = rollout.all_or_nothing
  depends_on  = [command.hypervisor]
  read        = ["bin/host", "read", "golden-image"]
  patch       = ["bin/host", "patch", "golden-image"]
  snapshot    = ["bin/host", "snapshot", "golden-image"]
  restore     = ["bin/host", "restore", "golden-image"]
  drop        = ["bin/host", "drop", "golden-image"]
  verify      = ["bin/host", "verify", "golden-image"]
}

component "release" "database" {
  class       = "database"
  patch_level = var.levels.database
  rollout     = rollout.all_or_nothing
  depends_on  = [command.os["db-1"]]
  path        = "work/srv/database/current"
  artifact    = "work/dist/database-{level}.tar.gz"
  sha256      = local.digests.database
  on_switch   = ["bin/svc", "restart", "database", tostring(local.port.database)]

  check "http" "ready" {
    url      = "http://127.0.0.1:${local.port.database}/healthz"
    interval = "100ms"
    within   = "5s"
  }
}

component "release" "cache" {
  patch_level = var.levels.cache
  rollout     = rollout.all_or_nothing
  depends_on  = [command.os["app-1"]]
  path        = "work/srv/cache/current"
  artifact    = "work/dist/cache-{level}.tar.gz"
  sha256      = local.digests.cache
  on_switch   = ["bin/svc", "restart", "cache", tostring(local.port.cache)]

  check "tcp" "listening" {
    port     = local.port.cache
    interval = "100ms"
    within   = "5s"
  }
}

component "release" "api" {
  for_each    = local.port.api
  patch_level = var.levels.api
  rollout     = rollout.all_or_nothing
  depends_on  = [release.database, release.cache, command.os]
  path        = "work/srv/api-${each.key}/current"
  artifact    = "work/dist/api-{level}.tar.gz"
  sha256      = local.digests.api
  on_switch   = ["bin/svc", "restart", "api-${each.key}", tostring(each.value)]

  # The service says 503 while something that it needs speaks another protocol.
  check "http" "ready" {
    url           = "http://127.0.0.1:${each.value}/healthz"
    expect_status = 200
    interval      = "100ms"
    within        = "5s"
  }
}

component "release" "web" {
  patch_level = var.levels.web
  rollout     = rollout.all_or_nothing
  depends_on  = [release.api, release.firewall]
  path        = "work/srv/web/current"
  artifact    = "work/dist/web-{level}.tar.gz"
  sha256      = local.digests.web
  on_switch   = ["bin/svc", "restart", "web", tostring(local.port.web)]

  check "http" "ready" {
    url         = "http://127.0.0.1:${local.port.web}/healthz"
    expect_body = "is well"
    interval    = "100ms"
    within      = "5s"
  }
}

component "release" "bastion" {
  class       = "management_terminal"
  patch_level = var.levels.bastion
  rollout     = rollout.all_or_nothing
  depends_on  = [release.firewall]
  path        = "work/srv/bastion/current"
  artifact    = "work/dist/bastion-{level}.tar.gz"
  sha256      = local.digests.bastion
  on_switch   = ["bin/svc", "restart", "bastion", tostring(local.port.bastion)]

  check "tcp" "reachable" {
    port     = local.port.bastion
    interval = "100ms"
    within   = "5s"
  }
}

output "shop" {
  description = "Where the web tier answers."
  value       = "http://127.0.0.1:${local.port.web}/"
}
