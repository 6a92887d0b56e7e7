variable "port" {
  type = number
}
variable "hosts" {
  type = map(string)
}
