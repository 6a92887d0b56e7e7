variable "password" {
  default   = "x"
  sensitive = true
}
module "m" {
  source   = "./m"
  password = var.password
}
output "url" { value = module.m.url }
