output "ports" {
  value = [true ? 80 443, 8080]
}
