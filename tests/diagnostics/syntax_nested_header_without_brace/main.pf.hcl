component "release" "web" {
  path        = "/srv"
  patch_level = "1"
  check "tcp" "a"
    port = 80
  }
  check "tcp" "b" {
    port = 81
  }
  rollout = rollout.slow
}

component "release" "db" {
  path        = "/srv"
  patch_level = "1"
  lifecycle {
    precondition
      condition     = local.a == 1
      error_message = "no"
    }
  }
}

locals {
  a = {
    check = [1 2]
  }
}

output "x" {
  valeu = local.a
}
