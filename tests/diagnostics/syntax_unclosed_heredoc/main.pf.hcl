locals {
  a = <<-EOT
    text
}
