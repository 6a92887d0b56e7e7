variable "low" { default = 3 }
variable "high" {
  default = 9
  validation {
    condition     = var.high > var.low
    error_message = "Not above ${var.low}."
  }
  validation {
    condition     = var.high < 100
    error_message = "Too high."
  }
}

module "limits" {
  source   = "./limits"
  for_each = { narrow = [4, 5], wide = [var.low, var.high] }
  range    = each.value
}

component "command" "it" {
  patch_level = tostring(module.limits["wide"].width)
  read        = ["echo", "0"]
  patch       = ["true"]
  lifecycle {
    precondition {
      condition     = module.limits["wide"].width == 6
      error_message = "The width is ${module.limits["wide"].width}."
    }
  }
}

output "widths" {
  value = { for k, m in module.limits : k => m.width }
  precondition {
    condition     = length(module.limits) == 2
    error_message = "There are others."
  }
}
output "level" { value = command.it.patch_level }
