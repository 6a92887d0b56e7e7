component "release" "db" {
  path = "/srv/db"
  patch_level = "1.0.0"
}
locals {
  a = 1
}
variable "v" { default = 1 }
output "o" { value = 1 }
rollout "r" {}
