variable "token" {
  type      = string
  sensitive = true
}
variable "ports" {
  type = list(number)
}
variable "name" {
  type = string
}
module "one_line" { source = "./m" level = }
output "seen" {
  value = var.name
}
