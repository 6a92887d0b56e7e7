patchform {
  required_version = ">= 0.1"
  required_providers {
    apt = { configuration_aliases = [apt.base] }
  }
}

variable "name" {}
variable "port" { type = number }
variable "database" {}
variable "rollout" { default = null }
variable "size" { default = 2 }
variable "token" { sensitive = true }

component "release" "web" {
  path        = "${var.database.path}/${var.name}"
  port        = var.port
  token       = var.token
  patch_level = "1.0.0"
  rollout     = var.rollout
  vendor      = vendor.own
}

component "apt" "os" {
  count       = var.size
  provider    = apt.base
  patch_level = { openssl = "3.0" }
  rollout     = rollout.own
}

rollout "own" { max_parallel = 1 }
vendor "own" { email = "a@b.example" }

module "inner" {
  source = "../inner"
  count  = 2
  base   = release.web.path
  index  = count.index
}

output "path" { value = module.inner[1].path }
output "web" { value = release.web }
