output "level" {
  value = trimprefx("v2.1.0", "v")
}
