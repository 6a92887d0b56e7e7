variable "a" {
  type = object({
    x = string
  )}
}

locals {
  a = upper(join(",", ["x", "y")])
  b = <<-EOT
    text
    EOTX
    EOT;
}
