output "x" {
  value = "a ${upper("b ${lower(
    "C")}
}

output "y" {
  value = nowhere
}
