component "release" "a" {
  path        = "/srv/a"
  patch_level = "1"
}

moved {
  from = release.old
  to   = release.a
}
removed { from = module.gone }
check "level" {
  assert {
    condition     = release.a.patch_level == "2"
    error_message = "It is only ${release.a.patch_level}."
  }
}
module "m" {
  source = "./m"
  count  = 2
}
