component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "ssh" {
  }
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "telnet" {}
}
component "release" "c" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection {}
}
component "release" "d" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "local" {
    host = 1
  }
}
component "release" "e" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "ssh" {
    host = "-oProxyCommand=touch hacked"
    port = 0
    usr  = "root"
  }
}
component "release" "f" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "ssh" { host = null }
}
component "release" "g" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "container" {}
}
component "release" "h" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "container" { name = "-web 1" }
}
component "release" "i" {
  path = "/srv/api"
  patch_level = "1.0.0"
  connection "docker" { name = "web" }
}
