component "release" "db" {
  for_each    = toset(["a", "b"])
  patch_level = "1"
  path        = "/srv/1"

  role {
    command = []
  }
}

component "release" "web" {
  patch_level = "1"
  path        = "/srv/2"

  role {
    commands = ["true"]
    timeout  = "soon"
  }

  role {
    command = ["true"]
  }
}

component "release" "cache" {
  patch_level = "1"
  path        = "/srv/3"
}

service "mute" {
  members = [release.cache]
  order   = ["replica", "primary"]
}

service "unordered" {
  members = [release.cache]
  order   = "primary_last"
}

service "alone" {
  members = [release.cache]
  order   = ["primary"]
}

service "twice" {
  members = [release.cache]
  order   = ["replica", "primary", "replica"]
}

service "words" {
  members = [release.cache]
  order   = ["the replica", "primary"]
}

service "number" {
  members = [release.cache]
  order   = 7
}
