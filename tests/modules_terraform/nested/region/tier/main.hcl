variable "prefix" {}
variable "size" {
  type = number
}

component "command" "node" {
  count       = var.size
  patch_level = "${var.prefix}.${count.index}"
  read        = ["echo", "0"]
  patch       = ["true"]
}

output "levels" { value = command.node[*].patch_level }
output "last" { value = try(command.node[var.size - 1].patch_level, null) }
