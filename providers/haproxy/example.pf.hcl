# The servers of the backend `web` are called as the keys here.
variable "hosts" {
  type    = set(string)
  default = ["web-1", "web-2", "web-3"]
}

traffic "haproxy" "front" {
  socket      = "/run/haproxy/admin.sock"
  backend     = "web"
  min_serving = 2

  connection "ssh" {
    host = "lb-1.example"
  }
}

component "apt" "web" {
  for_each    = var.hosts
  patch_level = { nginx = "1.22.1-9+deb12u3" }

  connection "ssh" {
    host = "${each.key}.example"
  }
  maintenance {
    drain         = [traffic.haproxy.front]
    member        = each.key
    drain_timeout = "2m"
  }
}
