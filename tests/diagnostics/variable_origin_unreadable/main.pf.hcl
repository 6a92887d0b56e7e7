variable "gone" {
  sensitive = true
  from_file = "gone.txt"
}

variable "fails" {
  sensitive    = true
  from_command = ["sh", "-c", "echo hunter2; echo no hunter2 in the store >&2; exit 3"]
}

variable "hangs" {
  sensitive    = true
  from_command = ["sleep", "600"]
  timeout      = "100ms"
}

variable "silent" {
  sensitive    = true
  from_command = ["true"]
}

variable "binary" {
  sensitive    = true
  from_command = ["printf", "\\377\\376"]
}

variable "endless" {
  sensitive    = true
  from_command = ["yes", "hunter2"]
}

variable "unknown" {
  sensitive    = true
  from_command = ["no-such-program-anywhere"]
}

variable "number" {
  type         = number
  sensitive    = true
  from_command = ["echo", "hunter2"]
}

variable "short" {
  sensitive    = true
  from_command = ["echo", "hunter2"]

  validation {
    condition     = length(var.short) > 10
    error_message = "It is too short."
  }
}

module "inner" {
  source = "./inner"
}
