output "x" {
  value = upper(<<EOT)
    it's "text" of { all sorts
  EOT
}

output "y" {
  value = [<<-EOT, "b"]
    a
  EOT
}

output "z" {
  value = 1
}
