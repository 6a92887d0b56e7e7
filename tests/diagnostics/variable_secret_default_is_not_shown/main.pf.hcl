variable "a" {
  type      = number
  sensitive = true
  default   = "S3cr3t"
}
variable "b" {
  sensitive = true
  default   = "S3cr3t" + 1
}
variable "c" {
  type      = object({ user = string })
  default   = { user = "S3cr3t", password = lower("S3cr3t", "S3cr3t") }
  sensitive = true
}
variable "d" {
  default   = var.S3cr3t
  sensitive = true
}
variable "e" {
  default   = "S3cr3t"
  sensitive = maybe
}
variable "f" {
  default   = "S3cr3t"
  sensitive = true
  validation {
    condition     = length(var.f) > 20
    error_message = "Too short."
  }
}
module "m" {
  source = "./m"
  pin    = ["S3cr3t"]
  word   = "S3cr3t" - 1
  list   = { a = "S3cr3t" }
}
