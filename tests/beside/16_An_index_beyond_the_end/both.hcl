locals {
  racks = ["r1", "r2"]
}

output "third" {
  value = local.racks[2]
}
