traffic "haproxy" "front" {
  socket  = "/run/haproxy/admin.sock"
  backend = "web"
}

component "release" "web" {
  patch_level = "1.1"
  path        = "/srv/app"

  maintenance {
    block {
      at    = traffic.haproxy.front
      ports = [80]
      allow = ["10.0.9.7"]

      probe "tcp" {
        port = 80
      }
    }
  }
}
