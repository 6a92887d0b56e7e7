locals {
  list  = ["x", "y, "z"]
  call  = upper("x)
  inner = { a = "f(x) }
  more  = nowhere(1)
}
output "b" { value = "y }
output "c" {
  value = local.list
}
