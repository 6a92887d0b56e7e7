variable "a" {
  sensitive = true
}
variable "n" {
  type = number
  sensitive = true
}
variable "m" {
  type = map(string)
  sensitive = true
}
locals {
  both = { x = var.a, y = "plain", n = var.n }
}
component "release" "api" {
  path = "/a"
  artifacts = local.both
  tags = ["x", var.a]
  patch_level = "1"
}
component "release" "b" {
  path = var.a
  artifacts = var.m
  patch_level = "1"
}
component "release" "c" {
  path = "/c"
  token = "open"
  patch_level = "1"
}
