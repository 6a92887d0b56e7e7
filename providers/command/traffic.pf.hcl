traffic "command" "pool" {
  drain   = ["pool", "out"]
  undrain = ["pool", "in"]
  probe   = ["pool", "state"]
  env     = { POOL = "web" }
}

component "release" "web" {
  for_each    = toset(["web-1", "web-2"])
  patch_level = "2.1.0"
  path        = "/srv/${each.key}/current"
  artifact    = "dist/web-{level}.tar.gz"
  sha256_file = "dist/web-{level}.sha256"

  maintenance {
    drain  = [traffic.command.pool]
    member = each.key
  }
}
