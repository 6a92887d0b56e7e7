variable "hosts" {
  type    = map(object({ port = number }))
  default = { a = { port = "x" } }
}
