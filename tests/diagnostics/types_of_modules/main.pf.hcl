variable "hosts" {
  type = map(object({ path = string, port = number }))
}

variable "name" {
  type = string
}

module "one" {
  source = "./inner"
  name   = [var.name]
  ports  = var.hosts
  any    = { path = var.name }
}

module "two" {
  source   = "./inner"
  for_each = var.hosts
  name     = each.value
  ports    = [each.value.port, each.value.prot]
  any      = each.value
}

output "of_module" {
  value = "${module.one.first.x}${module.one.path.nothing}"
}
