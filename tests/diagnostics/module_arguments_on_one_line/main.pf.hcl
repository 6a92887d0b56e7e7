module "a" {
  source = "./m" token = "4711-token"
}

module "b" {
  source = "./m"; token = "4711-behind"
}
