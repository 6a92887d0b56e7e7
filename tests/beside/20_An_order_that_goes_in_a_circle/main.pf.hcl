component "release" "web" {
  path        = "srv/web"
  artifact    = "releases/{level}.tar.gz"
  patch_level = "1"
  depends_on  = [release.api]
}

component "release" "api" {
  path        = "srv/api"
  artifact    = "releases/{level}.tar.gz"
  patch_level = "1"
  depends_on  = [release.db]
}

component "release" "db" {
  path        = "srv/db"
  artifact    = "releases/{level}.tar.gz"
  patch_level = "1"
  depends_on  = [release.web]
}
