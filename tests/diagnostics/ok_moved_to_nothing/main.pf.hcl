component "release" "new" {
  count       = 0
  patch_level = "1"
  path        = "/srv/a"
}

module "none" {
  source   = "./m"
  for_each = {}
}

moved {
  from = release.old
  to   = release.new
}

moved {
  from = release.older[0]
  to   = release.new[0]
}

moved {
  from = release.inner
  to   = module.none["a"].release.inner
}
