patchform {
  required_providers "x" {
    release = { version = ">= 0.1" }
  }
}

variable "port" {
  validation "high" "low" {
    condition     = var.port > 0
    error_message = "too low"
  }
  default = 1
}

output "port" {
  value = var.port
  precondition "x" {
    condition     = var.port > 0
    error_message = "too low"
  }
}

check "port" {
  assert "x" {
    condition     = var.port > 0
    error_message = "too low"
  }
}

removed {
  from = release.old
  lifecycle "x" {
    destroy = false
  }
}

component "release" "web" {
  path        = "/srv"
  patch_level = "1"
  snapshot "daily" {
    keep = 1
  }
  lifecycle "x" {
    precondition "y" {
      condition     = var.port > 0
      error_message = "too low"
    }
  }
  dynamic "check" {
    for_each = [80, 81]
    labels   = ["tcp", "a${check.key}"]
    content "z" {
      port = check.value
    }
  }
}
