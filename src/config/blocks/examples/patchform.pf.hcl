patchform {
  required_version = ">= 0.1"
  party            = "csp"

  state "local" {
    path = "state/platform.json"
  }

  required_providers {
    command = { version = ">= 0.1, < 1" }
  }
}
