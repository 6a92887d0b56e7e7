variable "password" {
  default   = "hunter2"
  sensitive = true
}
component "release" "a" {
  path = "/a"
  patch_level = var.password
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = toset([var.password])
}
component "release" "c" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = length(var.password)
}
component "release" "d" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = { (var.password) = 1 }
}
component "release" "e" {
  path = "/srv/api"
  patch_level = "1.0.0"
  check "exec" "x" {
    command = ["x", var.password]
  }
}
