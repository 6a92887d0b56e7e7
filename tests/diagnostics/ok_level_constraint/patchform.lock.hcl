level "baseline.security" {
  resolved = "2026-11-27"
  only     = ["apt.web[\"a\"]"]
  levels = { "openssl" = { constraint = "~> 3.0", level = "3.0.17-1" } }
}
level "baseline.security" {
  resolved = "2026-11-27"
  only     = ["apt.web[\"b\"]"]
  levels = { "openssl" = { constraint = "~> 3.0", level = "3.0.18-1" } }
}
level "apt.part" {
  resolved = "2026-11-27"
  levels = {
    "openssl" = { constraint = "~> 3.0", level = "3.0.16-1" }
    "curl" = { constraint = "~> 7", level = "7.1-1" }
  }
}
level "apt.gone" {
  resolved = "2026-11-27"
  levels = { "openssl" = { constraint = "~> 3.0", level = "3.0.16-1" } }
}
level "release.one" {
  resolved = "2026-11-27"
  levels = { "patch_level" = { constraint = "~> 1.4", level = "1.5.2" } }
}
