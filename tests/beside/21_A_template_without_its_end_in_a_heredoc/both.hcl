variable "host" {
  default = "db-1"
}

output "motd" {
  value = <<-EOT
    Maintenance of ${var.host tonight.
  EOT
}

output "host" {
  valeu = var.host
}
