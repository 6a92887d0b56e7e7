variable "nodes" {
  type = map(object({
    port = number
    tags = optional(list(string), [])
  }))
  default = {
    a = { port = 8080 }
    b = { port = "eighty" }
  }
}
