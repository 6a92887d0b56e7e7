traffic "haproxy" "front" {
  socket  = "/run/haproxy/admin.sock"
  backend = "web"

  connection "ssh" {
    host = "lb-1.example"
  }
}

component "command" "site" {
  for_each    = toset(["web-1", "web-2"])
  patch_level = "1.1"
  read        = ["cat", "${each.key}.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > ${each.key}.level"]
  snapshot    = ["cat", "${each.key}.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > ${each.key}.level"]

  maintenance {
    drain         = [traffic.haproxy.front]
    member        = each.key
    drain_timeout = "1m"
  }
}
