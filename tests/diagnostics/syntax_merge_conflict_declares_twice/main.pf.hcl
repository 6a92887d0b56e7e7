<<<<<<< HEAD
variable "a" {
  default = 1
}

output "x" {
  value = 1
}
=======
variable "a" {
  default = 2
}

output "x" {
  value = 2
}
>>>>>>> branch

locals {
  b = 1
<<<<<<< HEAD
  c = 1
=======
  c = 2
>>>>>>> branch
}
