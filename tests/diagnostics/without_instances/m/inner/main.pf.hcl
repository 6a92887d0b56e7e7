variable "x" {}
output "deep" {
  value = "${var.x}${upper()}"
}
