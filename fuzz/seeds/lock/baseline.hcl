level "baseline.api" {
  resolved = "2026-11-27"
  levels = {
    "patch_level" = { constraint = "~> 1.4", level = "1.5.2" }
  }
}
