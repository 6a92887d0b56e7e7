component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
}

blackout "misspelt" {
  timezone   = "UTC"
  dates      = ["2026-12-24"]
  components = [release.apl, module.eu]
}
