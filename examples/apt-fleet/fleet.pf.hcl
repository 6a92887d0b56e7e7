# A fleet of Debian or Ubuntu hosts, as an inventory of Ansible lists them. The databases are patched first, then one web
# server ahead of the others; when a host fails, it goes back by itself, and those of its tier that were done go with it.

variable "levels" {
  description = "For each group of the inventory its packages, each with its exact version. A patch is a reviewed change of patchform.pfvars."
  type        = map(map(string))
}

variable "ssh_config" {
  description = "A configuration of ssh for all hosts; without it your own."
  type        = string
  default     = null
}

variable "ready_port" {
  description = "For each group the port on which a host that is well answers."
  type        = map(number)
  default     = { db = 5432, web = 80 }
}

data "ansible_inventory" "fleet" {
  path = "inventory.yml"
}

locals {
  hosts = data.ansible_inventory.fleet.value.hosts
  # Each group with its hosts: { db = { db-1 = { address = …, port = …, user = … } }, … }
  groups = {
    for group, names in data.ansible_inventory.fleet.value.groups :
    group => { for name in names : name => local.hosts[name] }
  }
  first = { for name, host in local.groups.web : name => host if contains(host.groups, "first") }
  rest  = { for name, host in local.groups.web : name => host if !contains(host.groups, "first") }
}

# Three hosts at a time; if one fails, what its tier has done is taken back, and the tiers behind it are left alone.
rollout "tier" {
  max_parallel = 3
  on_failure   = "rollback_wave"
}

component "apt" "db" {
  for_each    = local.groups.db
  patch_level = var.levels.db
  rollout     = rollout.tier

  connection "ssh" {
    host   = each.value.address
    port   = each.value.port
    user   = each.value.user
    sudo   = each.value.user != "root"
    config = var.ssh_config
  }

  check "tcp" "answers" {
    host   = each.value.address
    port   = var.ready_port.db
    within = "30s"
  }
}

component "apt" "first" {
  for_each    = local.first
  patch_level = var.levels.web
  rollout     = rollout.tier
  depends_on  = [apt.db]

  connection "ssh" {
    host   = each.value.address
    port   = each.value.port
    user   = each.value.user
    sudo   = each.value.user != "root"
    config = var.ssh_config
  }

  check "tcp" "answers" {
    host   = each.value.address
    port   = var.ready_port.web
    within = "30s"
  }
}

component "apt" "web" {
  for_each    = local.rest
  patch_level = var.levels.web
  rollout     = rollout.tier
  depends_on  = [apt.first]

  connection "ssh" {
    host   = each.value.address
    port   = each.value.port
    user   = each.value.user
    sudo   = each.value.user != "root"
    config = var.ssh_config
  }

  check "tcp" "answers" {
    host   = each.value.address
    port   = var.ready_port.web
    within = "30s"
  }
}

output "hosts" {
  description = "How many hosts each group has."
  value       = { for group in ["db", "web"] : group => length(local.groups[group]) }
}
