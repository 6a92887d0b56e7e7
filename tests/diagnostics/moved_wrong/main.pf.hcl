component "release" "a" {
  path        = "/srv/a"
  patch_level = "1"
}
component "release" "b" {
  path        = "/srv/b"
  patch_level = "1"
}

component "release" "many" {
  for_each    = toset(["x"])
  path        = "/srv"
  patch_level = "1"
}
moved {
  from = release.a
  to   = release.b
}
moved {
  from = release.old
  to   = release.many["x"]
}
moved {
  from = release.older
  to   = release.many["x"]
}
moved {
  from = release.old
  to   = release.gone
}
moved {
  from = release.same
  to   = release.same
}
moved {
  from = apt.c
  to   = release.c
}
moved {
  from = module.m
  to   = release.b
}
moved {
  from = release.one
  to   = release.two
}
moved {
  from = release.two
  to   = release.one
}
moved {
  from = "release.text"
  to   = release.b[each.key]
  into = 1
}
moved {
  to = release.b
}
removed {
  from = release.many
}
removed {
  from = release.many["x"]
  lifecycle { destroy = false }
}
removed {
  from = module.old["x"].release.gone
}
moved {
  from = var.x
  to   = local.y
}
moved {
  from = data.json.a
  to   = data.json.b
}
removed {
  from = each.value
}
# Both have instances: the whole block would move, and still declares them.
moved {
  from = release.many
  to   = release.more
}
component "release" "more" {
  for_each    = toset(["x"])
  path        = "/srv"
  patch_level = "1"
}
