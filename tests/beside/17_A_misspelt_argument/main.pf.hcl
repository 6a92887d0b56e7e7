component "release" "api" {
  path        = "srv/api"
  artifact    = "releases/{level}.tar.gz"
  patch_levle = "2.1.0"
}
