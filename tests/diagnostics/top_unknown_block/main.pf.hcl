componant "release" "db" {
}
resource "x" "y" {}
terraform {}
