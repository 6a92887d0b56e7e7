variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {}
variable "f" { default = "default" }
variable "n" { type = list(number) }
output "all" { value = [var.a, var.b, var.c, var.d, var.e, var.f, var.n] }
