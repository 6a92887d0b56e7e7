variable "number" {
  default = 3
}
component "release" "a" {
  path        = "/srv"
  patch_level = "${var.number}"
}
component "apt" "b" {
  patch_level = { openssl = var.number, nginx = 1.10 }
}
