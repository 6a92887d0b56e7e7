variable "names" {
  type    = list(string)
  default = ["a"]

  validation {
    condition     = var.names == ["a"]
    error_message = "Other names are needed."
  }
}

variable "ports" {
  type    = set(string)
  default = []
}

check "ports" {
  assert {
    condition     = var.ports == toset([])
    error_message = "There are ports."
  }
  assert {
    condition     = length(var.ports) == "0"
    error_message = "There are ports."
  }
  assert {
    condition     = length(var.ports) == 1
    error_message = "There is another number of ports."
  }
}
