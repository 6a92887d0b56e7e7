variable "secret" {
  default   = "x"
  sensitive = true
}
module "web" {
  source   = "./modules/web"
  for_each = { a = "80", b = "http" }
  port     = each.value
  name     = null
  hosts    = { a = {} }
  rollout  = "careful"
}
module "low" {
  source = "./modules/web"
  port   = 80
  name   = "x"
}
module "secret" {
  source   = "./modules/web"
  for_each = toset([var.secret])
  port     = 8080
  name     = "x"
}
module "listed" {
  source   = "./modules/web"
  for_each = ["a"]
  port     = 8080
  name     = "x"
}
output "rollout" { value = module.low.rollout }
output "secret" { value = module.low.secret }
