output "x"
  value = 1
}

output "y" {
  value = local.a
}

locals
  a = 1
}

output "z"
{
  value = 1
}
