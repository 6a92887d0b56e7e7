service "shop" {
  members = []
}
module "eu" {}
data "x" "y" {}
