module "m" {
  source   = "./m"
  for_each = toset([1, 2])
}
module "n" {
  source   = "./m"
  for_each = [1, 2]
}
