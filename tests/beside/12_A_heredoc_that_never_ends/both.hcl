output "motd" {
  value = <<-EOT
    Maintenance tonight.
  EOF
}
