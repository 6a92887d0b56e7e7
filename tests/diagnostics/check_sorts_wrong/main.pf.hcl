component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
  check "prometheus" "a" {
    url        = "prometheus:9090"
    query      = " "
    comparison = "=>"
    threshold  = 1e999
    need       = "nice"
  }
  check "prometheus" "b" {
    url   = "http://prometheus:9090"
    query = "up"
  }
  check "systemd" "c" {
    units = ["--now"]
  }
  check "journal" "d" {
    priority  = "error"
    look_back = "ten minutes"
    successes = 5
    interval  = "10s"
  }
  check "journal" "e" {
    failures = 0
    need     = null
    units    = ["a b"]
  }
  check "prometheus" "f" {
    url        = "http://prometheus:9090"
    query      = "up"
    comparison = ">="
    threshold  = null
  }
}
