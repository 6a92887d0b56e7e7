variable "pin" {
  type      = number
  sensitive = true
}
variable "keys" {
  type      = list(string)
  sensitive = true
}
