component "release" "a" {
  path        = "/srv/a"
  patch_level = "1"
  tags        = "systemctl restart \"x\""
  depends_on  = ["release.b", "module.m", "release.b[0]", "b"]
}
component "release" "b" {
  path        = "/srv/b"
  patch_level = "1"
  tags        = "one"
  depends_on  = "release.a"
}
maintenance_window "w" {
  timezone = "UTC"
  start    = "01:00"
  duration = "1h"
  days     = "mon, tue"
}
blackout "b" {
  timezone   = "UTC"
  dates      = "2026-12-24,2026-12-25"
  components = ["release.a"]
  services   = "service.shop"
}
service "shop" {
  members       = "release.a"
  min_available = 1
}
