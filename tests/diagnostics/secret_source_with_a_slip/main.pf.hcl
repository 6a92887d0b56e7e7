variable "a" {
  sensitive = true,
  from_file = "secret.txt"
}
variable "b" {
  sensitiv  = true
  from_file = "secret.txt"
}
variable "c" {
  sensitive = "yes"
  from_file = "secret.txt"
}
variable "d" {
  sensitive : true
  from_file = "secret.txt"
}
