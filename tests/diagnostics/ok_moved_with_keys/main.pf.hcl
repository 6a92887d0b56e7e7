component "release" "counted" {
  count       = 2
  path        = "/srv"
  patch_level = "1"
}
moved {
  from = release.former
  to   = release.counted
}
module "m" {
  source   = "./m"
  for_each = toset(["a"])
}
moved {
  from = module.old
  to   = module.m
}
moved {
  from = module.older["a"].release.inner
  to   = module.old["a"].release.inner
}
moved {
  from = release.oldest
  to   = module.older["a"].release.inner
}
