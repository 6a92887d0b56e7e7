component "release" "inner" {
  path        = "/srv/inner"
  patch_level = "1"
}

moved {
  from = release.former
  to   = release.inner
}
check "inside" {
  assert {
    condition     = true
    error_message = "no"
  }
}
