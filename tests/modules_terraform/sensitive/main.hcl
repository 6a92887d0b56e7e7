variable "password" {
  type      = string
  sensitive = true
  default   = "hidden-in-main"
}
variable "open" { default = "seen" }

module "db" {
  source   = "./db"
  for_each = toset(["a", "b"])
  name     = each.key
  password = var.password
  note     = var.open
}

output "url" {
  value     = module.db["a"].url
  sensitive = true
}
output "name" { value = module.db["a"].name }
output "length" { value = nonsensitive(length(module.db["a"].url)) }
output "marked" {
  value     = var.open
  sensitive = true
}
output "names" { value = [for d in module.db : d.name] }
output "is" { value = [issensitive(module.db["a"].url), issensitive(module.db["a"].name), issensitive(module.db["b"].own)] }
output "mixed" {
  value     = { open = module.db["b"].name, closed = module.db["b"].url }
  sensitive = true
}
output "whole" {
  value     = module.db["a"]
  sensitive = true
}
output "part" { value = { for k, v in { a = var.password, b = "x" } : k => "fixed" } }
output "choice" { value = nonsensitive(var.password == "hidden-in-main" ? "same" : "other") }
