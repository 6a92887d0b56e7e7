variable "desk" {
  sensitive = true
  default   = "+49 30 5550100"
}

vendor "silent" {
  name = "Acme"
  note = "Only mornings."
}

vendor "empty" {
  phone = " "
  email = "duty@acme.example"
}

vendor "secret" {
  phone = var.desk
}

vendor "misspelt" {
  phone = "+49 30 5550100"
  fon   = "+49 30 5550101"
  desk {
    phone = "1"
  }
}

vendor "numbers" {
  phone = ["+49 30 5550100"]
}

vendor "twice" {
  url = "https://support.acme.example"
}

vendor "twice" {
  url = "https://support.acme.example"
}

component "release" "api" {
  path        = "/srv/api"
  patch_level = "1.0.0"
  vendor      = vendor.twcie
}

component "release" "web" {
  path        = "/srv/web"
  patch_level = "1.0.0"
  vendor      = "twice"
}

component "release" "db" {
  path        = vendor.twice.url
  patch_level = "1.0.0"
  vendor      = vendor.nobody
}
