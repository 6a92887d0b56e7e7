variable "s" { type = string }
variable "n" { type = number }
variable "b" { type = bool }
variable "l" { type = list(string) }
variable "ln" { type = list(number) }
variable "st" { type = set(string) }
variable "m" { type = map(number) }
variable "ms" { type = map(string) }
variable "ml" { type = map(list(string)) }
variable "mo" { type = map(object({ x = number, y = string })) }
variable "o" { type = object({ a = string, p = optional(number, 3), d = list(object({ x = number })) }) }
variable "os" { type = list(object({ name = string, port = optional(number), tags = map(string) })) }
variable "t" { type = tuple([string, number]) }
variable "la" { type = list(any) }
variable "any" {}
variable "p" {
  type      = string
  sensitive = true
}
variable "vault" {
  type      = object({ token = string, size = number, hosts = list(string) })
  sensitive = true
}
