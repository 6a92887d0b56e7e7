variable "x" { default = "a" }
provider "release" { alias = var.x }
provider "release" { alias = var.nope }
provider "apt" { alias = local.y }
variable "q" { default = true }
variable "s" {
  sensitive = var.q
  nullable  = var.nein
  description = release.b.path
}
locals { l = 1 }
variable "v" {
  default = 1
  validation {
    condition = var.v > local.a && var.v < data.file.x.value && module.m.x > 1
    error_message = "x ${local.b} ${local.l}"
  }
}
output "o" {
  value = 1
  sensitive = var.q
  description = var.x
}
variable "f" {
  sensitive = true
  from_file = var.x
}
variable "g" {
  sensitive = true
  from_command = ["a", local.l]
  timeout = var.x
}
patchform {
  required_version = var.x
}
