component "command" "proxy" {
  patch_level = "2.8.3"
  read        = ["/opt/proxy/bin/proxy", "--version"]
  patch       = ["/opt/proxy/bin/upgrade"]
  snapshot    = ["/opt/proxy/bin/save"]
  restore     = ["/opt/proxy/bin/load"]

  connection "ssh" {
    host     = "proxy-1.example"
    port     = 2222
    user     = "ops"
    identity = "keys/ops"
    config   = "ssh.conf"
    sudo     = true
    wait     = "5m"
  }
}
