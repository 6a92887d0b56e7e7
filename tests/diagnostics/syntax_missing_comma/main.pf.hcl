locals {
  lines = [
    "one",
    "two"
    "three",
  ]
  line      = ["one" "two"]
  numbers   = [1 2]
  arguments = lookup({ a = 1 } "a", 2)
  objects = [
    { a = 1 }
    { a = 2 },
  ]
  object = { a = 1 b = 2 }
  keys   = { "a" = 1 "b" = 2 }
  nested = join(",", [local.line "x"])
  well   = [for x in ["a", "b"] : x if x != "a"]
  index  = local.line[0]
}

output "x" {
  value = local.lines
}
