component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  prot = 1
  snapshot = 1
  owner = "csp"
  zebra = 1
}
