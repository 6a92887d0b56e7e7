variable "replicas" {
  default = 3
}

check "spread" {
  assert {
    condition     = var.replicas >= 3
    error_message = "Only ${var.replicas} replicas: a failure is not survived."
  }
}
