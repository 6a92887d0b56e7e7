variable "b" {
  default = 1
}

output "x" {
  value = "a${var.b
}

output "y" {
  value = var.b
}

output "z" {
  value = "a${
    var.b
  }"
}
