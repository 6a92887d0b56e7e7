locals {
  levels = { web = "2.1.0", api = "2.0.4" }
}

output "level" {
  value = local.levels["wbe"]
}
