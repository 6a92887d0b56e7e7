variable "level" {}
