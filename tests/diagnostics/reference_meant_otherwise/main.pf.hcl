variable "num" {
  default = 3
}

variable "a" {
  default = 6
  validation {
    condition     = a > 5
    error_message = "It is too small."
  }
}

locals {
  region = "eu"
  less   = var.num-1
  of     = local.region-1
  word   = variable.a
  words  = locals.region
  other  = var.region
  second = local.num
  bare   = region
  map    = map("a", 1)
  list   = list("a")
  length = len([1])
  text   = str(1)
  sum    = "a" + "b"
}

output "x" {
  value = "a" =~ "b"
}

data "json" "hosts" {
  path = "hosts.json"
}

output "hosts" {
  value = json.hosts.value
}
