variable "list" { default = [] }
output "list" {
  value = var.list
  precondition {
    condition     = length(var.list) > 0
    error_message = "Nothing is left of it."
  }
}
