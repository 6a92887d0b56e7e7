component "release" "web" {
  for_each = {
    all    = {}
    blank  = { "a b" = "c" }
    absent = { instance = null }
  }
  path        = "/srv/web"
  patch_level = "1.1"

  maintenance {
    silence {
      url   = "http://alerts.example:9093"
      match = each.value
    }
  }
}

component "release" "db" {
  path        = "/srv/db"
  patch_level = "1.1"

  maintenance {
    silence {
      url   = "alerts.example:9093"
      match = { instance = "db:9100" }
    }
  }
}

component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.1"

  maintenance {
    silence {
      url         = "http://alerts.example:9093"
      match       = { instance = "api:9100" }
      ca_cert_pem = "ca.pem"
    }
  }
}
