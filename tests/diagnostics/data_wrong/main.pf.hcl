variable "token" {
  default   = "hidden-token"
  sensitive = true
}
component "release" "db" {
  path        = "/srv/db"
  patch_level = "1"
}
locals { through = release.db.path }

data "jsn" "a" { path = "x" }
data "json" "b" {}
data "json" "c" {
  path = "missing.json"
  depends_on = []
}
data "json" "d" { path = "broken.json" }
data "csv" "e" { path = "broken.csv" }
data "yaml" "n" { path = "broken.yaml" }
data "yaml" "o" { path = "two.yaml" }
data "yaml" "p" {
  path   = "broken.yaml"
  format = "yaml"
}
data "json" "f" { path = local.through }
data "external" "g" { program = ["sh", "-c", "echo it is down >&2; exit 3"] }
data "external" "h" { program = ["sh", "-c", "echo no json"] }
data "external" "i" { program = ["/nonexistent/program"] }
data "external" "j" {
  program = ["sh", "-c", "sleep 60"]
  timeout = "50ms"
}
data "external" "k" {
  program = ["sh", "-c", "cat; exit 1"]
  query   = { token = var.token }
}
data "external" "l" {
  program = ["true"]
  query   = 3
}
data "external" "m" { program = ["sh", var.token] }
data "json" "b" { path = "x" }
locals {
  a = data.json.hots.value
  b = data.json
  c = data.json.d.valeu
  e = data.json.c.value
}
output "f" { value = data.external.k.value }
data "http" "r" {}
data "http" "s" { url = "ftp://mirror.example/levels.json" }
data "http" "t" { url = "https://me:word@mirror.example/" }
data "http" "u" { url = "http://127.0.0.1:1/levels.json" }
data "http" "v" {
  url             = "http://127.0.0.1:1/levels.json?token=${var.token}"
  request_headers = { "not a name" = "x" }
  expect_status   = 42
  timeout         = "soon"
  max_bytes       = 0
  sha256          = "abc"
}
data "http" "w" {
  url             = "http://127.0.0.1:1/"
  request_headers = ["x"]
}
