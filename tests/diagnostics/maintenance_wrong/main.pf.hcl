maintenance_window "night" {
  timezone = "UTC"
  start    = "01:00"
  duration = "3h"
}

locals {
  start = maintenance_window.night.start
}

component "release" "a" {
  path        = "/srv/a"
  patch_level = "1.0.0"
  maintenance {
    window = maintenance_window.nihgt
  }
}

component "release" "b" {
  path        = "/srv/b"
  patch_level = "1.0.0"
  maintenance {
    window = "night"
  }
}

component "release" "c" {
  path        = "/srv/c"
  patch_level = "1.0.0"
  maintenance {
    window = [maintenance_window.night, "02:00"]
  }
}

component "release" "d" {
  path        = "/srv/d"
  patch_level = "1.0.0"
  maintenance {
    window = []
  }
}

component "release" "e" {
  path        = "/srv/e"
  patch_level = "1.0.0"
  maintenance "x" {
    windows = maintenance_window.night
    drain   = []
    block {}
  }
  maintenance {}
}

component "release" "f" {
  path        = maintenance_window.night
  patch_level = "1.0.0"
}

component "release" "g" {
  path        = "/srv/g"
  patch_level = "1.0.0"
  window      = maintenance_window.night
}

rollout "r" {
  max_parallel = blackout.x
}
