variable "replicas" { default = 2 }
variable "secret" {
  default   = "hidden"
  sensitive = true
}
check "spread" {
  assert {
    condition     = var.replicas >= 3
    error_message = "Only ${var.replicas} replicas: one failure is not survived."
  }
  assert {
    condition     = length(release.web) == 2
    error_message = "never said"
  }
  assert {
    condition     = var.secret != "hidden"
    error_message = "It is ${var.secret}."
  }
}
check "nothing" {}
check "shape" {
  assert { condition = "yes" }
  assret {}
  condition = true
}
check "broken" {
  assert {
    condition     = var.replicas + "x" > 1
    error_message = "?"
  }
}
check "text" {
  assert {
    condition     = "perhaps"
    error_message = "?"
  }
}
component "release" "web" {
  count       = var.replicas
  path        = "/srv/${count.index}"
  patch_level = "1"
  lifecycle {
    precondition {
      condition     = count.index < 1
      error_message = "There may be one only, ${self.path} is too many."
    }
  }
}
component "release" "db" {
  path        = "/srv/db"
  patch_level = "1"
  lifecycle {
    precondition {
      condition     = var.missing
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = var.replicas == 3
    error_message = "Outputs may be conditional too."
  }
}
