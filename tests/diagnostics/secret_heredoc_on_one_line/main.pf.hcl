module "db" {
  source = "./m"
  token  = <<EOThunter2
EOT
}
