component "release" {
}
locals "x" {}
variable {}
output "a" "b" {}
