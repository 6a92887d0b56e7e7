locals {
  empty = <<-EOT
  EOT
  text  = "${upper("a
b")}"
}
