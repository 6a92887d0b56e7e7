locals {
  a = <<-EOT
    hello ${local.b
    world
  EOT
}

locals {
  b = <<EOT
%{ if upper("x") == "X"
  a { b }
%{ endif }
EOT
}

locals {
  c = { text = <<-EOT
      ${join("", [for EOT in ["EOT"] : EOT])}
      ${join(",", [
        "EOT",
      ])}
    EOT
  }
}

output "x" {
  valeu = local.c
}
