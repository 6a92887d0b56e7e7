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

module "same" {
  source  = "./service"
  service = var.service
}

module "other" {
  source  = "./service"
  service = { name = 12, port = "8080", limits = { cpu = null }, checks = [{}, { path = null, codes = ["404", 404] }], extra = "gone", labels = {} }
  strict  = 7
  loose   = [1, "a", true]
  listed  = [1, "a", true]
  mapped  = { a = 1, b = "c" }
  unique  = ["b", "a", "b"]
  deep    = { x = [{ y = "1" }] }
}

module "nulls" {
  source  = "./service"
  service = { name = "n", port = null, host = null, limits = null, checks = null, labels = null, pair = null }
  strict  = null
  loose   = null
  listed  = null
}

output "given" { value = var.service }
output "same" { value = module.same }
output "other" { value = module.other }
output "nulls" { value = module.nulls }
output "equal" { value = module.same.service == var.service }
