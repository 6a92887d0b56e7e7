component "release" "a" {
  path        = "/srv"
  nope        = 1
  patch_level = local.nope
  check "http" "x" {
    url  = "http://a"
    urll = 3
  lifecycle {
    install = true
    foo     = 1
  }
  bar = "1s"
}
component "release" "b" {
  path = "/srv"
  baz  = release.a.path
  maintenance {
    block {
      probe "tcp" {
        port  = 1
        prot  = 2
      allow = ["10.0.0.0/8"]
    }
    window = maintenance_window.nowhere
  }
  patch_level = local.nope
}
service "s" {
  members = [release.a, release.b, release.c]
}
component "release" "d" {
  path = "/srv"
  qux  = 1
  snapshot {
    keep = 1
  patch_level = "1"
}
output "o" {
  value = local.other
}
