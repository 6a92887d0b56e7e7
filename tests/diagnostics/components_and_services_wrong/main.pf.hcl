component "release" "long" {
  patch_level = "1"
  path        = "/srv/long"
}
component "odd" "broken" {
  patch_level = "1"
}
traffic "balancer" "front" {}
feed "osv" "eu" {
  source  = "mirror/all.zip"
  max_age = "30s"
}
policy "x1642" {
  terms = "3d"
  exception {
    reason = "none"
  }
}
service "both" {
  members       = [release.long]
  min_available = 1
  quorum        = true
}
