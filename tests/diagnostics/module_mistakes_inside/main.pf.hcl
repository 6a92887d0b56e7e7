module "outer" {
  source   = "./modules/outer"
  for_each = { eu = "high" }
  level    = each.value
}
