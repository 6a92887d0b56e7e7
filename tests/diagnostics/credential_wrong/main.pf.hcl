variable "token" {
  sensitive = true
  default   = "s3cret"
}

component "release" "web" {
  patch_level = "1"
  path        = "/srv/web"

  check "http" "clear" {
    url          = "http://127.0.0.1/"
    bearer_token = "abc"
  }

  check "http" "both" {
    url          = "http://127.0.0.1/"
    bearer_token = var.token
    username     = "watch"
  }

  check "prometheus" "half" {
    url        = "http://127.0.0.1:9090"
    query      = "up"
    comparison = "=="
    threshold  = 1
    password   = var.token
  }

  check "http" "colon" {
    url      = "http://127.0.0.1/"
    username = "a:b"
    password = var.token
  }

  maintenance {
    silence {
      url          = "http://127.0.0.1:9093"
      match        = { instance = "web" }
      bearer_token = "Bearer ${var.token}"
    }
  }
}
