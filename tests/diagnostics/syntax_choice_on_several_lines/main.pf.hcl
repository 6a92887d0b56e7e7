# A line ends with its operator: what stands below is its rest, which was told already.
locals {
  choice = true ?
    "one" :
    "two"
  sum = 1 +
    2
  other = 1 2
  well = (true ?
    "one" :
  "two")
}
variable "port" {
  default {
    number = 80
  }
}
output "a" { value = 1 } output "b" { value = 2 }
output "c" {
  value = component.release.api.patch_level
}
