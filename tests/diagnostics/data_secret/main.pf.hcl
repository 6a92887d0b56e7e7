data "json" "login" {
  path      = "login.json"
  sensitive = true
}
component "release" "web" {
  path        = "/srv/web"
  patch_level = data.json.login.value.level
  token       = data.json.login.value.password
}
component "release" "hosts" {
  for_each    = data.json.login.value.hosts
  path        = "/srv/web"
  patch_level = "1"
  connection "ssh" { host = data.json.login.value.level }
}
output "a" { value = data.json.login.value.level }
