baseline "security" {
  patch_level = { openssl = "~> 3.0", nginx = ">= 1.22", curl = "7.88.1-10" }
}
component "apt" "new" {
  patch_level = baseline.security
}
component "apt" "changed" {
  patch_level = { openssl = "~> 3.1" }
}
component "apt" "broken" {
  patch_level = { openssl = "~> 3.1" }
}
component "apt" "web" {
  for_each    = toset(["a", "b"])
  patch_level = { openssl = "~> 3.0" }
}
component "release" "one" {
  path        = "/a"
  patch_level = "~> 1.4"
}
