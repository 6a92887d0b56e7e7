component "release" "my app" {
}
variable "1st" {}
