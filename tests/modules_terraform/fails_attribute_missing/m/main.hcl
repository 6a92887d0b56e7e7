variable "list" { type = list(object({ name = string, port = optional(number) })) }
