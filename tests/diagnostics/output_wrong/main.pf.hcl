output "a" {
}
output "b" {
  vale = 1
  value = 1
  sensitive = "x"
}
