component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  check "https" "a" {
  }
  check "http" {
  }
  check "http" "b" {
  }
  check "tcp" "c" {
    port = 99999
  }
  check "tcp" "c" {
    prot = 1
  }
}
