variable "port" { default = 1 }
