component "release" "db" {
  path = "/srv/db"
  patch_level = "1.0.0"
}
component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  depends_on = [release.dp, "release.db", var.x, release.db.path]
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  depends_on = release.db
}
