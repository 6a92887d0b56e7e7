variable "pw" {
  type      = string
  sensitive = true
}
