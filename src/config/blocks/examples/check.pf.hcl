variable "watch_password" {
  type      = string
  sensitive = true
  default   = "only-in-an-example"
}

component "command" "shop" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]

  check "exec" "level" {
    command       = ["cat", "level"]
    expect_output = self.patch_level
    timeout       = "10s"
    interval      = "500ms"
    within        = "1m"
    successes     = 2
    failures      = 5
    need          = "required"
  }

  check "tcp" "listens" {
    host      = "localhost"
    port      = 8080
    timeout   = "10s"
    interval  = "500ms"
    within    = "1m"
    successes = 2
    failures  = 5
    need      = "kept"
  }

  check "http" "answers" {
    url           = "http://127.0.0.1:8080/version"
    expect_status = 204
    expect_body   = self.patch_level
    max_latency   = "250ms"
    timeout       = "10s"
    interval      = "500ms"
    within        = "1m30s"
    successes     = 3
    failures      = 10
    need          = "wanted"
  }

  check "http" "known" {
    url          = "https://shop.example/admin"
    bearer_token = var.watch_password
  }

  check "http" "certificate" {
    url         = "https://shop.example/"
    valid_for   = "14d"
    ca_cert_pem = file("ca.pem")
    username    = "watch"
    password    = var.watch_password
    need        = "wanted"
  }

  check "systemd" "active" {
    units     = ["shop.service", "shop-worker.service"]
    timeout   = "10s"
    interval  = "500ms"
    within    = "1m"
    successes = 3
    failures  = 5
  }

  check "systemd" "nothing-failed" {
    need = "kept"
  }

  check "journal" "quiet" {
    units     = ["shop.service"]
    priority  = "warning"
    pattern   = "out of memory|panic"
    look_back = "30m"
    timeout   = "10s"
    interval  = "500ms"
    within    = "1m"
    successes = 2
    failures  = 5
    need      = "kept"
  }

  check "prometheus" "up" {
    url        = "http://prometheus.example:9090"
    query      = "up{job='shop'}"
    comparison = "=="
    threshold  = 1
    username   = "watch"
    password   = var.watch_password
  }

  check "prometheus" "few-errors" {
    url        = "http://prometheus.example:9090"
    query      = "sum(rate(http_requests_total{job='shop',code=~'5..'}[1m]))"
    comparison = "<"
    threshold  = 0.5
    timeout    = "10s"
    interval   = "2s"
    within     = "4m"
    successes  = 4
    failures   = 20
    need       = "wanted"
  }

  check "prometheus" "few-refused" {
    url          = "https://prometheus.example:9090"
    query        = "sum(rate(http_requests_total{job='shop',code='429'}[1m]))"
    comparison   = "<"
    threshold    = 0.5
    ca_cert_pem  = file("ca.pem")
    bearer_token = var.watch_password
  }
}
