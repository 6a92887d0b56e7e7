variable "given" {
  type = string
}

variable "own" {
  type      = string
  sensitive = true
  default   = "x"
}

output "open" {
  value = length(["a"])
}

output "secret" {
  value     = length(var.given)
  sensitive = true
}

output "given" {
  value = var.given
}

output "own" {
  value = var.own
}
