customer "security" {
  max_age = "30d"
}
module "eu" {}
data "x" "y" {}
