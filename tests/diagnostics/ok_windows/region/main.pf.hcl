variable "window" {}

maintenance_window "own" {
  timezone = "UTC"
  start    = "00:00"
  duration = "1h"
}

component "release" "given" {
  path        = "/srv/given"
  patch_level = "1.0.0"
  maintenance {
    window = [var.window, maintenance_window.own]
  }
}
