module "feeds" {
  source = "./inner"
}
