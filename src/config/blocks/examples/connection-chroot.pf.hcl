component "apt" "image" {
  patch_level = {
    openssl = "3.0.17-1~deb12u3"
  }

  connection "chroot" {
    path = "/srv/image"
  }
}
