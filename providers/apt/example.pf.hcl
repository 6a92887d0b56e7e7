component "apt" "web" {
  patch_level = {
    nginx   = "1.22.1-9+deb12u3"
    libssl3 = "3.0.17-1~deb12u3"
  }
  restart        = ["nginx.service"]
  allow_removal  = ["nginx-light"]
  allow_held     = true
  lock_timeout   = "5m"
  reboot         = "when_needed"
  reboot_timeout = "15m"
  confirm_within = "10m"
  repair         = true
  way_back       = "packages"

  connection "ssh" {
    host = "web-1.example"
    user = "ops"
    sudo = true
  }
}
