traffic "pool" "front" {
}

component "release" "web" {
  patch_level = "1.1"
  path        = "/srv/app"

  maintenance {
    block {
      at = traffic.pool.front

      probe "http" {
        url = "http://shop.example/"
      }
      log {
        file = "/var/log/haproxy.log"
      }
    }
  }
}
