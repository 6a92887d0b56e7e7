variable "a" {
  default = 1
  validation {
    condition     = true
    error_message = "never said"
  }
}

variable "b" {
  default = 1
  validation {
    condition     = var.a == 1
    error_message = "says nothing of b"
  }
  validation {
    condition     = var.a == 1 && var.b == 1
    error_message = "well"
  }
  validation {
    condition     = alltrue([for b in [var.b] : b == 1])
    error_message = "well"
  }
}
