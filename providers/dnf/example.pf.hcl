component "dnf" "web" {
  patch_level = {
    nginx        = "2:1.26.3-1.el9"
    openssl-libs = "1:3.2.2-6.el9_5.1"
    "glibc.i686" = "2.34-125.el9_5.8"
  }
  restart        = ["nginx.service"]
  allow_removal  = ["nginx-mod-mail"]
  allow_held     = true
  lock_timeout   = "5m"
  reboot         = "when_needed"
  reboot_timeout = "15m"
  confirm_within = "10m"
  way_back       = "packages"

  connection "ssh" {
    host = "web-1.example"
    user = "ops"
    sudo = true
  }
}
