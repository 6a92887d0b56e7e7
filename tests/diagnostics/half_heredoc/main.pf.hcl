variable "pw" {
  sensitive = true
  default   = <-EOT
    hunter2 correct
    horse battery
  EOT
}

variable "open" {
  default = <EOT
hello there
EOT
}

locals {
  less = 1 <-2
}
