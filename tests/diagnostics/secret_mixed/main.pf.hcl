variable "password" {
  default   = "hunter2"
  sensitive = true
}
component "release" "api" {
  path = "/a"
  token = "x-${var.password}"
  patch_level = "1"
}
