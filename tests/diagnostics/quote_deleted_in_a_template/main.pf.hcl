locals {
  z = "a"
  a = "x ${upper("y ${lower(local.z)})} b"
  b = 1
}

locals {
  c = "x ${upper(y ${lower(local.z)}")} b"
}

output "wrong" { value = nothing }
