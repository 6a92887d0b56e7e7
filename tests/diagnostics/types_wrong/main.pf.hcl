variable "number" {
  type = 3
}

variable "optional" {
  type = optional(string)
}

variable "list" {
  type = list()
}

variable "object" {
  type = object()
}

variable "tuple" {
  type = tuple()
}

variable "twice" {
  type = object({ a = string, a = number })
}

variable "half" {
  type = object({ a = optional(), b = optional(number, "x"), c = optional(string, 1.10) })
}

variable "nullable" {
  type     = string
  default  = null
  nullable = false
}

variable "condition" {
  default = 1
  validation {
    condition     = var.condition + 1
    error_message = "x"
  }
}
