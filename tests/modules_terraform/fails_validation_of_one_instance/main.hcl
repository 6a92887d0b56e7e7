module "m" {
  source   = "./m"
  for_each = { a = 80, b = 443, c = 99999 }
  name     = each.key
  port     = each.value
}
