locals {
  open    = sensitive"4711-open")
  square  = sensitive["4711-square"]
  blank   = sensitive "4711-blank"
  curly   = "${sensitive{"4711-curly"}}"
  visible = upper("visible"
}
