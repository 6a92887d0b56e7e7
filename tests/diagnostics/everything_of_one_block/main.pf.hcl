maintenance_window "night" {
  timezone = "CET+1"
  start    = "25:00"
  duration = "3 hours"
  days     = ["tuesday"]
}
blackout "rush" {
  timezone   = "Nope"
  dates      = ["2026-13-01"]
  components = ["x"]
  emergency  = "anna"
}
component "release" "web" {
  patch_level = "1"
  port        = "eighty"
}
service "shop" {
  members       = ["release.web", release.wep]
  min_available = "two"
  importance    = "hihg"
}
