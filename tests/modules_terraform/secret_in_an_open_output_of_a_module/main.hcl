module "m" { source = "./m" }
output "url" { value = 1 }
