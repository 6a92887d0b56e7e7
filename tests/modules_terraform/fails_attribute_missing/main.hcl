module "m" {
  source = "./m"
  list   = [{ name = "a" }, { port = 1 }]
}
