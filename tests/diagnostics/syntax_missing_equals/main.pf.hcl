output "text" {
  value "hello"
}

output "reference" {
  value local.a
}

output "number" {
  value 5
}

output "list" {
  value ["a"]
}

locals {
  a = 1
}
