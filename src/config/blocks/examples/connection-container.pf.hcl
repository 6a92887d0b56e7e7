component "apt" "web" {
  patch_level = {
    openssl = "3.0.17-1~deb12u3"
  }

  connection "container" {
    name = "web-1"
    wait = "2m"
  }
}
