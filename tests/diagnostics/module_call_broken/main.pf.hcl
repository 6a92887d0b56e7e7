module "m" {
  source = "./m"
  s      = "secret" "x"
}

module "n" {
  source = "./m"
  open   = "seen" "x"
}
