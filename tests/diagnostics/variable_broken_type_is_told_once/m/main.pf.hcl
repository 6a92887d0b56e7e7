variable "given" {
  type = object({ a = strng })
}

variable "passed" {
  type = object({ a = string })
}

output "a" {
  value = "${var.given.a}${var.passed.a}"
}
