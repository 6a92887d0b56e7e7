component "release" "api {
  patch_level = "1"
  path        = "/srv/api"

  check "http "ready" {
    url = "http://localhost"
  }
}

component "release" "web" {
  patch_level = "1"
  path        = "/srv/web"

  connection "ssh {
    host = "web"
  }
}

output "level" { value = nothing }
