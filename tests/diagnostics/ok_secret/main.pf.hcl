variable "password" {
  default   = "hunter2"
  sensitive = true
}
component "release" "api" {
  path = "/a"
  token = var.password
  patch_level = "1"
}
output "o" {
  value = release.api.token
  sensitive = true
}
