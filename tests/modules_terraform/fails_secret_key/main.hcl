variable "names" {
  default   = ["a"]
  sensitive = true
}
module "m" {
  source   = "./m"
  for_each = toset(var.names)
}
