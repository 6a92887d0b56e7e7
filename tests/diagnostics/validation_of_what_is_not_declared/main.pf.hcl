variable "v" {
  default = 1
  validation {
    condition = var.v > local.a && var.v < data.json.x.value && module.m.x > 1
    error_message = "x ${local.b} ${release.a.x}"
  }
  validation {
    condition = var.v > var.nope && command.b.x
    error_message = "y"
  }
}
