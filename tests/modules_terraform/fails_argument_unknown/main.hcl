module "m" {
  source = "./m"
  nam    = 1
}
