# A validation may use what is made of variables: it is asked when that is known.
variable "port" {
  type    = number
  default = 80

  validation {
    condition     = var.port > local.lowest
    error_message = "Use a port above ${local.lowest}."
  }

  validation {
    condition     = contains(data.json.ports.value, var.port)
    error_message = "Only ${jsonencode(data.json.ports.value)}."
  }

  validation {
    condition     = local.next > 80
    error_message = "The one behind is ${local.next}."
  }

  validation {
    condition     = var.port != local.unknown
    error_message = "None."
  }
}

locals {
  lowest = 1024
  next   = var.port + 1
}

data "json" "ports" {
  path = "ports.json"
}
