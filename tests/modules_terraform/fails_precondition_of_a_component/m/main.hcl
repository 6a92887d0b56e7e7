variable "levels" { type = map(string) }
component "command" "it" {
  for_each    = var.levels
  patch_level = each.value
  read        = ["echo", "0"]
  patch       = ["true"]
  lifecycle {
    precondition {
      condition     = each.value == "1"
      error_message = "Level ${each.value} of ${each.key} is not allowed."
    }
  }
}
