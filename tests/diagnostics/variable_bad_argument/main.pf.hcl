variable "hosts" { type = list(string) }
variable "more" { type = list(string) }
