variable "password" {
  sensitive = true
}

variable "own" {
  sensitive = true
  default   = "of the module"
}

component "release" "whole" {
  path        = "/srv/whole"
  token       = var.own
  patch_level = "1"
}

component "release" "part" {
  path        = "/srv/part"
  token       = "x-${var.own}"
  patch_level = "1"
}

component "release" "clear" {
  path        = "/srv/clear"
  token       = var.password
  patch_level = "1"
}
