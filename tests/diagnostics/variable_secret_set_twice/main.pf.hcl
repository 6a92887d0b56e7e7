variable "password" {
  sensitive = true
}
variable "keys" {
  type      = any
  sensitive = true
}
