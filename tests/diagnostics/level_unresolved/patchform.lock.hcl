level "apt.changed" {
  resolved = "2026-11-27"
  levels = { "openssl" = { constraint = "~> 3.0", level = "3.0.17-1" } }
}
level "apt.broken" {
  resolved = "2026-11-27"
  levels = { "openssl" = { constraint = "~> 3.1", level = "2.9-1" } }
}
level "apt.web" {
  resolved = "2026-11-27"
  only     = ["apt.web[\"a\"]"]
  levels = { "openssl" = { constraint = "~> 3.0", level = "3.0.17-1" } }
}
