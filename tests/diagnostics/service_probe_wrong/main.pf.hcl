component "release" "web" {
  patch_level = "1"
  path        = "/srv/web"
}

service "twice" {
  members = [release.web]

  probe "http" {
    url    = "http://127.0.0.1/"
    within = "10s"
  }

  probe "tcp" {
    port = 80
  }
}

service "often" {
  members = [release.web]

  probe "tcp" {
    port     = 80
    interval = "10ms"
  }
}

service "unknown" {
  members = [release.web]

  probe "prometheus" {
    url = "http://127.0.0.1/"
  }
}
