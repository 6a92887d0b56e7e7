component "release" "db" {
  path = "/srv/db"
  patch_level = "1.0.0"
}
}
