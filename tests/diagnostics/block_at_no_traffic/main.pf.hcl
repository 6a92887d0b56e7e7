component "release" "api" {
  patch_level = "1.1"
  path        = "/srv/app"

  maintenance {
    block {
      at = "front"

      probe "http" {
        url = "http://shop.example/"
      }
      log {
        file = "/var/log/haproxy.log"
      }
    }
  }
}
