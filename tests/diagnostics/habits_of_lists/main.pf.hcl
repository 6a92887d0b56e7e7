locals {
  part   = [1, 2, 3][0:2]
  rest   = local.part[1:]
  arrow  = concat(x -> x, [1])
  each   = [for x -> x in [1] : x]
  size   = local.list.length
  list   = ["a"]
  closed = (1]
}

check "truth" {
  assert {
    condition     = 1
    error_message = "no"
  }
}
