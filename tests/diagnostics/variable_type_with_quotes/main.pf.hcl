variable "a" {
  type    = object({ "a" = string, (b) = number, "two words" = bool })
  default = { a = "x" }
}
