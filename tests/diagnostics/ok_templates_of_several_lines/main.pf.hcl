locals {
  word = "a"
  one = "${join(",", [ # the "names" of all
    "x", "it\"s", "${upper("y")}",
  ])}"
  two = "${join("\"", [
    local.word
  ])}"
  three = "${join("${upper("x")}", [
    local.word
  ])}"
  four = "${jsonencode({ a = local.word
    "c" = "d"
  })}"
  five = "${join("", [/* the "names" */
    local.word
  ])}"
}
output "x" {
  value = [local.one, local.two, local.three, local.four, local.five]
}
