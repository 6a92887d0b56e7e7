variable "port" {
  type = number
  validation {
    condition     = var.port > 1024
    error_message = "The port ${var.port} needs root."
  }
}
variable "name" { nullable = false }
variable "rollout" { default = null }
variable "hosts" {
  type    = map(object({ address = string }))
  default = {}
}
rollout "own" {}
component "release" "web" {
  path        = "/srv/${var.name}"
  patch_level = "1"
  rollout     = var.rollout
}
output "rollout" { value = rollout.own }
output "secret" {
  value     = "x"
  sensitive = true
}
