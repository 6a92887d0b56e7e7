component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
}

blackout "nothing" {
  timezone = "UTC"
}

blackout "both" {
  timezone = "UTC"
  dates    = ["2026-12-24"]
  start    = "01:00"
  duration = "1h"
}

blackout "dates" {
  timezone = "Tokyo"
  dates    = ["24.12.2026", "12-24"]
}

blackout "no_list" {
  timezone   = "UTC"
  dates      = ["2026-12-24"]
  components = release.api
}

blackout "empty" {
  timezone   = "UTC"
  dates      = ["2026-12-24"]
  components = []
}

blackout "text" {
  timezone   = "UTC"
  dates      = ["2026-12-24"]
  components = ["release.api"]
}

blackout "services" {
  timezone = "UTC"
  dates    = ["2026-12-24"]
  services = service.shop
}
