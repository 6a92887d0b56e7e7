component "release" "api" {
  path = "/a"
  patch_level = { a = "1" }
}
provider "apt" { mirror = "m" }
component "apt" "api" {
  patch_level = "1"
}
component "apt" "b" {
  patch_level = { a = 1, b = "" }
}
