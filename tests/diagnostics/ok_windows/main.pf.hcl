maintenance_window "night" {
  timezone = "Europe/Berlin"
  start    = "01:00"
  duration = "3h"
  days     = ["tue", "last sun"]
}

maintenance_window "noon" {
  timezone = "UTC"
  cron     = "0 12 * * mon-fri"
  duration = "1h"
}

blackout "xmas" {
  timezone = "Europe/Berlin"
  dates    = ["12-24..12-26"]
  reason   = "nobody is there"
}

blackout "payday" {
  timezone   = "Asia/Tokyo"
  start      = "00:00"
  duration   = "24h"
  days       = ["last fri"]
  components = [release.api["a"], module.eu]
}

component "release" "api" {
  for_each    = toset(["a", "b"])
  path        = "/srv/${each.key}"
  patch_level = "1.0.0"
  maintenance {
    window = each.key == "a" ? maintenance_window.night : maintenance_window.noon
  }
}

component "release" "both" {
  path        = "/srv/both"
  patch_level = "1.0.0"
  maintenance {
    window = [maintenance_window.noon, maintenance_window.night, maintenance_window.noon]
  }
}

component "release" "any" {
  path        = "/srv/any"
  patch_level = "1.0.0"
  maintenance {
    window = null
  }
}

module "eu" {
  source = "./region"
  window = maintenance_window.night
}
