variable "mirror" {
  default = "http://127.0.0.1:8500"
}

variable "token" {
  default   = "only for this example"
  sensitive = true
}

data "http" "levels" {
  url             = "${var.mirror}/levels.json"
  request_headers = { Accept = "application/json", Authorization = "Bearer ${var.token}" }
  expect_status   = 200
  timeout         = "5s"
  max_bytes       = 4096
  sha256          = "16c37236c983c8f18c453afef9fd3e227a89f0c173f8ee7bb35e41f84ee80707"
  ca_cert_pem     = file("ca.pem")
  sensitive       = true
}

data "http" "files" {
  for_each = toset(["levels.json"])
  url      = "${var.mirror}/${each.key}"
}

data "http" "copies" {
  count = 2
  url   = "${var.mirror}/levels.json"
}

output "level" {
  value = jsondecode(data.http.files["levels.json"].value).api
}
