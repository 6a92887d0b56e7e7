variable "n" { default = 1 }
variable "o" {
  type      = object({ a = number })
  sensitive = true
}
variable "p" {
  type      = object({ a = number })
  sensitive = true
}
variable "q" {
  type      = list(string)
  sensitive = true
}
