output "plain" {
  value = <<EOT
one
  two ${1 + 1}

three
EOT
}
output "flush" {
  value = <<-EOT
    one
      two ${1 + 1}
    three
  EOT
}
output "flush_blank_line" {
  value = <<-EOT
    one

    two
  EOT
}
output "flush_blank_with_spaces" {
  value = <<-EOT
    one
  
    two
    EOT
}
output "flush_interpolation_at_start" {
  value = <<-EOT
    ${"a"}
      b
  EOT
}
output "flush_interpolation_at_column_0" {
  value = <<-EOT
${"a"}
      b
  EOT
}
output "escapes" {
  value = <<EOT
a\n\t"q" $${x} %%{y} $x %z
EOT
}
output "directives" {
  value = <<-EOT
    start
    %{ for x in ["a", "b"] }
    item ${x}
    %{ endfor }
    %{ if true }
      yes
    %{ else }
      no
    %{ endif }
    end
  EOT
}
output "stripped" {
  value = <<-EOT
    start
    %{ for x in ["a", "b"] ~}
    item ${x}
    %{ endfor ~}
    end
  EOT
}
output "stripped_left" {
  value = <<EOT
start
  %{~ for x in ["a", "b"] }
  item ${x}
  %{~ endfor }
end
EOT
}
output "stripped_both" {
  value = <<EOT
start
  %{~ if true ~}
  yes
  %{~ endif ~}
end
EOT
}
output "only_interpolation" {
  value = <<EOT
${1}
EOT
}
output "tabs" {
  value = <<-EOT
	one
		two
	EOT
}
output "in_a_call" {
  value = upper(<<-EOT
    abc
    EOT
  )
}
output "in_an_object" {
  value = {
    a = <<-EOT
      x
    EOT
    b = 2
  }
}
output "marker_within" {
  value = <<EOT
EOTX
 xEOT
EOT
}
output "quoted_strip" {
  value = "a \n ${~ "b" ~} \n c"
}
output "blank_a" {
  value = <<-EOT
    one
          
    two
  EOT
}
output "blank_b" {
  value = <<-EOT
  
    one
      ${"x"}
   
  ${"y"}
  EOT
}
output "blank_c" {
  value = <<-EOT
    one
   ${"x"}
  EOT
}
output "blank_d" {
  value = <<-EOT
    one
      
  ${"x"}
  EOT
}
output "blank_e" {
  value = <<-EOT
      
  EOT
}
