module "m" {
  source = "./m"
  levels = { web = "1", db = "2" }
}
