locals {
  all = { one = { url = "a" }, two = { url = "b" } }
}

output "urls" {
  value = local.all[*].url
}

output "none" {
  value = local.all[*].ulr
}
