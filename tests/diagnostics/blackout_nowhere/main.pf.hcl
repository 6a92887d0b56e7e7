component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
}

blackout "misspelt" {
  timezone   = "UTC"
  dates      = ["2026-12-24"]
  components = [release.apl, module.eu]
  services   = [service.shpo, module.eu.service.shop]
}

service "shop" {
  members       = [release.api]
  min_available = 1
}

blackout "of_what" {
  timezone = "UTC"
  dates    = ["2026-12-24"]
  services = [release.api, "service.shop", service.shop[0]]
}

blackout "of_none" {
  timezone = "UTC"
  dates    = ["2026-12-24"]
  services = []
}
