component "release" "api" {
  patch_level = "2.1.0"
  path        = "srv/api/current"
  artifact    = "dist/api-{level}.tar.gz"
  sha256      = { "2.1.0" = "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13" }
  on_switch   = ["systemctl", "--user", "restart", "api"]
  on_remove   = ["systemctl", "--user", "stop", "api"]
  env         = { TIER = "api" }
  keep        = 3
  max_size    = 1073741824
}

component "release" "web" {
  patch_level = "5.0"
  path        = "srv/web/current"
  artifact    = "dist/web-{level}.tar.gz"
  sha256_file = "dist/web-{level}.sha256"
}
