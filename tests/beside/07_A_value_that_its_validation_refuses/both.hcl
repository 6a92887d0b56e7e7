variable "nodes" {
  type    = map(object({ port = number }))
  default = { a = { port = 8080 }, b = { port = 80 } }

  validation {
    condition     = alltrue([for n in var.nodes : n.port >= 1024])
    error_message = "Every port must be 1024 or above."
  }
}
