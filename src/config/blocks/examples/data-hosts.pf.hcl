data "ansible_inventory" "fleet" {
  path      = "inventory.ini"
  sensitive = false
}

data "ansible_inventory" "sites" {
  for_each = toset(["inventory.ini"])
  path     = each.key
}

data "ansible_inventory" "copies" {
  count = 2
  path  = "inventory.ini"
}

data "ssh_config" "fleet" {
  path      = "ssh.conf"
  sensitive = false
}

data "ssh_config" "sites" {
  for_each = toset(["ssh.conf"])
  path     = each.key
}

data "ssh_config" "copies" {
  count = 2
  path  = "ssh.conf"
}

data "terraform_state" "network" {
  path      = "terraform.tfstate"
  sensitive = false
}

data "terraform_state" "sites" {
  for_each = toset(["terraform.tfstate"])
  path     = each.key
}

data "terraform_state" "copies" {
  count = 2
  path  = "terraform.tfstate"
}

component "apt" "web" {
  for_each    = { for name in data.ansible_inventory.fleet.value.groups.web : name => data.ansible_inventory.fleet.value.hosts[name] }
  patch_level = { nginx = each.value.vars.nginx }

  connection "ssh" {
    host = each.value.address
    port = each.value.port
    user = each.value.user
  }
}

component "apt" "db" {
  for_each    = data.ssh_config.fleet.value.hosts
  patch_level = { postgresql-15 = "15.19-0+deb12u1" }

  connection "ssh" {
    host   = each.key
    config = "ssh.conf"
  }
}

component "apt" "mail" {
  for_each    = data.terraform_state.network.value.outputs.mail
  patch_level = { postfix = "3.7.11-0+deb12u1" }

  connection "ssh" {
    host = each.value
  }
}
