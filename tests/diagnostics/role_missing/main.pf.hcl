component "release" "db" {
  patch_level = "1"
  path        = "/srv/db"

  role {
    command = ["true"]
  }
}

component "release" "cache" {
  for_each    = toset(["a", "b"])
  patch_level = "1"
  path        = "/srv/${each.key}"
}

service "pair" {
  members = [release.db, release.cache]
  order   = "replicas_first"
}
