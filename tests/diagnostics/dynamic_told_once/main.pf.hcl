component "apt" "web" {
  patch_level = { openssl = "3.0.15-1" }

  dynamic "check" {
    for_each = range(100)
    labels   = ["tcp", "port-${check.key}"]
    content {
      prot = check.value
    }
  }
}

output "other" {
  value = var.nope
}
