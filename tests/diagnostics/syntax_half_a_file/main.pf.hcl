component "release" "db" {
  path = "/srv/db"