module "outer" {
  source = "./m"
  count  = 1000000
}
