locals {
  a = "%{ if true }a"
  b = "%{ for x in [1] }a%{ endif }"
  c = "a%{ endif }"
  d = "%{ if true }a%{ fi }"
  e = "%{ if true }a%{ elsif false }b%{ endif }"
  f = "%{ if true }a%{ else }b%{ else }c%{ endif }"
  g = <<-EOT
    %{ for x in [1] ~}
    line
  EOT
  h = "%{ esle }"
}
