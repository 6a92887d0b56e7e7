provider "acme" {
  digest  = "ab12"
  source  = "./bin/$${x}\"quoted\""
  version = "0.1.0"
}

module "git::https://h.example/m.git?ref=v1" {
  commit = "abababab"
}

level "apt.web" {
  resolved = "2026-11-27"
  only = [
    "apt.web[\"a\"]",
  ]
  levels = {
    "openssl" = { constraint = "~> 3.0", level = "3.0.17-1~deb12u3" }
  }
}
