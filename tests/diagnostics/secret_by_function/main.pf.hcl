variable "password" {
  default   = "hunter2"
  sensitive = true
}
component "release" "api" {
  path = "/a"
  token = sensitive("x")
  patch_level = "1"
}
