traffic "haproxy" "front" {
  backend = "web"
}
module "eu" {}
data "x" "y" {}
