module "db" {
  source   = "./m"
  password = "in clear"
}
