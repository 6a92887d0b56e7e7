variable "ports" {
  description = "Where the nodes listen, by their names."
  type        = map(number)
  default     = { a = 8080, b = 8081 }
  nullable    = false

  validation {
    condition     = alltrue([for port in values(var.ports) : port >= 1024])
    error_message = "Every port must be 1024 or above, so that no root is needed."
  }
}

variable "password" {
  type      = string
  default   = "only for this example"
  sensitive = true
}

variable "api_token" {
  sensitive = true
  from_file = "api-token.txt"
}

variable "unseal_key" {
  sensitive    = true
  from_command = ["printf", "only for this example"]
  timeout      = "5s"
}
