patchform {
  state {
    path = "a"
  }
  required_providers {
    release = { version = ">= 0.1" }
    release = { version = ">= 0.1" }
    apt {}
  }
}

component "release" "api" {
  patch_level = "1"
  path        = "/srv"
  maintenance {
    block "customers" {}
    block "users" {}
  }
  lifecycle {
    precondition {
      condition     = false
      error_message = ["x"]
    }
  }
  dynamic "check" {
    for_each = ["a"]
    iterator = "one"
    labels   = ["http", check.value]
    content {
      url = "http://localhost"
    }
  }
}

component "release" "labels" {
  patch_level = "1"
  path        = "/srv"
  dynamic "check" {
    for_each = ["a"]
    labels   = "http"
    content {
      url = "http://localhost"
    }
  }
}

rollout "slow" {
  soak  = "30d"
  waves = "all"
}

locals {
  block {}
}

service "none" {
  members = [release.api]
}

service "both" {
  members       = [release.api]
  min_available = 1
  quorum        = 1
}

service "share" {
  members       = [release.api]
  min_available = 1
  availability  = "most"
}

service "zone" {
  members       = [release.api]
  min_available = 5
  timezone      = "Europe/Berlin"
}

baseline "number" {
  patch_level = 3
}
