variable "shape" {
  type = object({
    name  = string
    ports = optional list(string), [])
  })
  default = { name = "x" }
}

locals {
  a = upper "x")
  b = [for max in [1] : max]
  c = [
    max 1, 2),
  ]
}
