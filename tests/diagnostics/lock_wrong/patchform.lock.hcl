version = 3
lvel "apt.web" {
  resolved = "2026-11-27"
}
level "apt.web" "b" {
  resolved = "2026-11-27"
  levels   = {}
}
level "apt.db" {
  resolved = "2026-11-27"
  levels   = { "openssl" = { constraint = "~> 3.0" } }
}
level "apt.old" {
  resolved = "yesterday"
  levels   = { "openssl" = { constraint = "~> 3.0", level = "3.0.17-1" } }
}
provider "apt" {
  version = "0.1.0"
}
provider "apt" {
  version = "0.1.1"
}
