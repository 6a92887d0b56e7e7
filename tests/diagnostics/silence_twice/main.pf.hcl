component "release" "db" {
  path        = "/srv/db"
  patch_level = "1.1"

  maintenance {
    silence {
      url     = "http://alerts.example:9093"
      matches = { instance = "db:9100" }
    }
    silence {
      url   = "http://alerts.example:9093"
      match = { instance = "db:9100" }
    }
  }
}
