traffic "haproxi" "a" {
  socket = "/run/haproxy/admin.sock"
}

traffic "haproxy" "b" {
  sockets = "/run/haproxy/admin.sock"
  backend = ["web"]
}

traffic "haproxy" "c" {
  socket      = "/run/haproxy/admin.sock"
  backend     = "web"
  min_serving = "many"

  connection "ssh" {}
  connection "local" {}
}

traffic "haproxy" "c" {
  socket  = "/run/haproxy/admin.sock"
  backend = "shop"
}

locals {
  backend = traffic.haproxy.c.backend
}

component "release" "a" {
  path        = "/srv/a"
  patch_level = "1.0.0"
  maintenance {
    drain = [traffic.haproxy.see]
  }
}

component "release" "b" {
  path        = "/srv/b"
  patch_level = "1.0.0"
  maintenance {
    drain = [traffic.command.c, traffic.haproxy]
  }
}

component "release" "c" {
  path        = "/srv/c"
  patch_level = "1.0.0"
  maintenance {
    drain         = ["c", traffic.haproxy.c]
    member        = ""
    drain_timeout = "soon"
  }
}

component "release" "d" {
  path        = "/srv/d"
  patch_level = "1.0.0"
  maintenance {
    member        = "d"
    drain_timeout = "1m"
  }
}

component "release" "e" {
  path        = traffic.haproxy.c
  patch_level = "1.0.0"
  maintenance {
    drain = traffic.haproxy.c
  }
}

component "release" "f" {
  path        = "/srv/f"
  patch_level = "1.0.0"
  maintenance {
    drain = [traffic.haproxy.c, traffic.haproxy.c]
  }
}
