variable "path" {
  type = string
}

component "release" "api" {
  patch_level = "1"
  path        = "${var.path}/api"
  artifacts   = "${var.path}/artifacts"
  port        = var.prot
}
