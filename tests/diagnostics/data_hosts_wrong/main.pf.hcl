data "ansible_inventry" "a" { path = "hosts.ini" }
data "ansible_inventory" "b" {}
data "ansible_inventory" "c" { path = "hosts.ini" }
data "ansible_inventory" "d" { path = "missing.ini" }
data "ansible_inventory" "e" { path = "loop.ini" }
data "ansible_inventory" "f" {
  path   = "hosts.yaml"
  format = "yaml"
}
data "ansible_inventory" "g" { path = "template.ini" }
data "ssh_config" "h" { path = "ssh.conf" }
data "ssh_config" "i" { path = "exec.conf" }
data "terraform_state" "j" { path = "hosts.ini" }
data "terraform_state" "k" { path = "old.tfstate" }
data "ansible_inventory" "l" { path = "good.ini" }
locals {
  one = data.ansible_inventory.l.value.hosts.w2
  two = data.ansible_inventory.l.value.hosts["w1"].vars.level
}
