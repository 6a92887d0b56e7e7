variable "a" {
  type = []string
}
variable "b" {
  type = string[]
}
variable "c" {
  ephemeral = true
  default   = "x"
}
locals {
  path   = "C:\Users\new"
  factor = 1,5
  listed = 1, 5
  joined = "a" . "b"
  also   = local.x . "b"
  index  = local.x."b"
}
import {
  to = release.b
  id = "x"
}
output "o" {
  ephemeral = true
  value     = 1
}
