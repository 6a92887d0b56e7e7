locals {
  call     = upper("x ${local.word")
  word     = "a"
  list     = ["x ${local.word", 2]
  object   = { x = "x ${local.word" }
  inner    = join(",", ["${upper("a")", "b"])
  twice    = ["${local.word", "${local.word"]
  nested   = "a ${join(",", ["b ${local.word"])} c"
  well     = "${"a"}${upper("b")}${true ? "c" : "d"}%{ if "e" == "f" }g%{ endif }"
  lines = join(",", [
    "x ${local.word",
    "b",
  ])
}

output "x" {
  valeu = local.word
}

locals {
  alone   = "x ${"
  comment = ["${local.word", "it's # no comment"]
}
