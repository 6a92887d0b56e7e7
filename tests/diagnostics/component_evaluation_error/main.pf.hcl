variable "port" { default = "http" }
component "release" "api" {
  path = "/a"
  port = var.port + 1
  patch_level = "1"
}
