locals {
  # oldcomment
  a = "xy"
  b = [1,2] # c
  c = <<E
  x
  z
  E
}
/* a */
output "o" {
  value = 1 # d
}
