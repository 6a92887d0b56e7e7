component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  snapshot {
    keep = 0
    keep_for = "14 days"
    kep = 1
  }
  lifecycle {
    install        = "perhaps"
    ignore_changes = [patch]
  }
  lifecycle {
  }
}
