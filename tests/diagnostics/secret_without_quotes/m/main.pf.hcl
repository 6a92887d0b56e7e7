variable "token" {
  type      = string
  sensitive = true
}
variable "other" {
  type      = string
  sensitive = true
}
variable "kept" {
  type      = string
  sensitive = true
}
variable "open" {
  type = string
}
