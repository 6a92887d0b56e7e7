variable "m" {
  default = { k = "v" }
  sensitive = true
}
component "release" "api" {
  path = var.m.k
  patch_level = "1"
}
