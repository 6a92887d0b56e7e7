provider "apt" { mirror = "m" }
component "firmware" "api" {
  patch_level = "1.2"
}
component "apt" "api" {
  patch_level = { a = "1:x" }
}
component "release" "b" {
  path = "/a"
  patch_level = "two words"
}
