variable "port" { type = number }
variable "tags" { default = {} }
output "url" { value = "http://localhost:${var.port}" }
provider "release" {}
patchform {
  party = "csc"
  state "local" {}
}
