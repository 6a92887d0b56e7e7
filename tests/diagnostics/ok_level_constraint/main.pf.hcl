provider "apt" {
  mirror = "m"
}
variable "hosts" {
  default = ["a", "b"]
}
baseline "security" {
  patch_level = { openssl = "~> 3.0", curl = "7.88.1-10" }
}
component "apt" "web" {
  for_each    = toset(var.hosts)
  patch_level = baseline.security
}
component "apt" "part" {
  patch_level = merge(baseline.security, { nginx = null })
}
component "release" "one" {
  path        = "/a"
  patch_level = "~> 1.4"
}
output "shown" {
  value = [release.one.patch_level, apt.web["b"].patch_level.openssl, baseline.security.openssl]
}
