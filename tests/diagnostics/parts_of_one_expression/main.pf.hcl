# What is wrong with one part of an expression hides nothing that is wrong with another one.
locals {
  names    = { web = "a", db = "b" }
  template = "a${1 + "x"}b${nope}c${local.names.wbe}"
  list     = [1 + "x", local.names.nothing, -true, "fine"]
  object   = { a = local.names.none, ("x${null}") = -"y", c = 3 }
  call     = join(local.names.sep, [1 + "x", absent.thing])
  types    = replace([], {}, "x")
  unknown  = lenght([local.names.one, 1 + "x"])
  index    = local.names.one[local.names.two]
  operands = local.names.one * local.names.two
  chosen   = true ? [local.names.one, 1 + "x"] : local.names.never
  loop     = [for i in [1, 2] : { a = i.x, b = local.names[i] }]
  nested   = [[local.names.one], { a = [1 + "x"] }, (upper(local.names.two))]
  each     = "${each.key}${1 + "x"}"

  # One mistake is told once, and what waits for an answer waits.
  after    = [local.template, "${local.list[0]}", try(local.call, 1) + "x", can(local.index) ? 1 : 2]
  guarded  = local.names.one != "" && local.names.two != ""
  decided  = local.names.one == "" ? local.names.two : local.names.three
  caught   = [try(nope, 1 + "x"), try(local.names.one, 2), can(local.names.two)]
  no_sense = local.names + local.after
}

component "release" "api" {
  patch_level = "1"
  path        = "${local.names.one}${local.after[0]}${-true}"
  tags        = [nothing.here, local.names.two]
  check "http" "up" {
    url         = "http://${self.path}/${local.names.three}/${-true}"
    expect_body = local.names.four
  }
  dynamic "check" {
    for_each = ["a"]
    labels   = ["http", local.names.five]
    content {
      url         = "${check.value.x}${nowhere.y}${-true}"
      expect_body = check.value.y
    }
  }
}
