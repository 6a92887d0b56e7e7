variable "service" {
  type = object({
    name    = string
    port    = optional(number, 80)
    host    = optional(string)
    limits  = optional(object({ cpu = optional(number, 1), memory = optional(string, "1G") }), {})
    checks  = optional(list(object({ path = optional(string, "/"), codes = optional(set(number), [200]) })), [])
    labels  = optional(map(object({ value = string, hidden = optional(bool, false) })), { a = { value = "b" } })
    pair    = optional(tuple([string, number]), ["x", 1])
    nothing = optional(any)
  })
}
variable "strict" {
  type     = string
  default  = "fallback"
  nullable = false
}
variable "loose" { default = "loose" }
variable "listed" {
  type    = list(string)
  default = ["d"]
}
variable "mapped" {
  type    = map(string)
  default = {}
}
variable "unique" {
  type    = set(string)
  default = []
}
variable "deep" {
  type    = map(list(map(number)))
  default = {}
}

output "service" { value = var.service }
output "strict" { value = var.strict }
output "loose" { value = var.loose }
output "listed" { value = var.listed }
output "mapped" { value = var.mapped }
output "unique" { value = var.unique }
output "deep" { value = var.deep }
output "kinds" { value = [for check in var.service.checks : { path = check.path, codes = length(check.codes) }] }
