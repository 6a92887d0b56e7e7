# What the broken local values would have been is unknown; the variable is missing all the same.
locals {
  level = [1 2]
}

component "release" "api" {
  path        = var.root
  patch_level = local.level
}
