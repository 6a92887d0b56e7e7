variable "level" {}
component "release" "web" {
  path        = "/srv/web"
  patch_level = "1"
  prot        = 1
  port        = var.level + 1
}
locals {
  broken = [for x in "text" : x]
}
component "release" "half" {
  path = 
}
