variable "range" {
  type = tuple([number, number])
  validation {
    condition     = alltrue([for n in var.range : n == floor(n)])
    error_message = "Whole numbers are needed."
  }
}
output "width" {
  value = var.range[1] - var.range[0]
  precondition {
    condition     = var.range[0] <= var.range[1]
    error_message = "The range is upside down."
  }
}
