patchform {
  required_providers {
    command = { configuration_aliases = [command.site] }
  }
}

variable "name" {
  type = string
}

variable "nodes" {
  type = number
}

component "command" "node" {
  count       = var.nodes
  provider    = command.site
  patch_level = "7"
  read        = ["cat", "${var.name}-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > ${var.name}-${count.index}.level"]
  snapshot    = ["sh", "-c", "cp ${var.name}-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT ${var.name}-${count.index}.level"]
}

output "level" {
  value = command.node[0].patch_level
}
