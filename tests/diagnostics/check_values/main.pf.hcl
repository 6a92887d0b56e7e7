component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  check "http" "a" {
    url = "localhost"
    expect_status = 20
    timeout = "5"
  }
  check "exec" "b" {
    command = []
  }
  check "exec" "c" {
    command = null
  }
  check "exec" "d" {
    command = "true"
  }
  check "http" "e" {
    url         = "http://127.0.0.1:8080/"
    max_latency = "0s"
  }
}
