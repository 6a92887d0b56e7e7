component "release" "db" {
  count = 2
  path = "/${count.index}"
  patch_level = "1"
}
component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  depends_on = [release.db[2]]
}
