baseline "security" {
  patch_level = { openssl = "3.0.17-1" }
  levels      = {}
}
baseline "security" {
  patch_level = {}
}
baseline "empty" {}
baseline "unused" {
  patch_level = local.nothing
}
component "apt" "web" {
  patch_level = baseline.securty
}
component "apt" "all" {
  patch_level = baseline
}
component "release" "api" {
  path        = "/a"
  patch_level = baseline.security
}
