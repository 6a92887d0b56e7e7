locals {
  a = ${var.x}
  b = “x”
  c = True
  d = false and true
  e = false or true
  f = not true
  h = {
    true
    = 1
  }
  i = nil
}

locals {
  g = << EOT
    text
  EOT
}
