variable "clear" {
  from_file = "here"
}

variable "two" {
  sensitive = true
  from_file = "here"
  default   = "x"
}

variable "refers" {
  sensitive    = true
  from_command = ["pass", "show", var.clear]
}

variable "nobody" {
  sensitive    = true
  from_command = []
}

variable "null" {
  sensitive = true
  from_file = null
}

variable "waits" {
  sensitive = true
  from_file = "here"
  timeout   = "5s"
}
