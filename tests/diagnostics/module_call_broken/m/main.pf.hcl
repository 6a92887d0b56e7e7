variable "s" {
  sensitive = true
}

variable "open" {
  default = ""
}
