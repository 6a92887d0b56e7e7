variable "pin" {
  type      = number
  sensitive = true
}
variable "word" {
  sensitive = true
}
variable "list" {
  type      = list(string)
  sensitive = true
}
