variable "a" {
  type = strng
  default = 1
}
