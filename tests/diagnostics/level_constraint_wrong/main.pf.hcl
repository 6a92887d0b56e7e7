component "apt" "web" {
  patch_level = { openssl = "~> x", nginx = ">= 1.22,", curl = ">=" }
}
component "release" "one" {
  path        = "/a"
  patch_level = "=> 1.4"
}
