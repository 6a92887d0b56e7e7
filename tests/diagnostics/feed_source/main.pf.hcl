variable "token" {
  type      = string
  sensitive = true
  default   = "t0ken"
}

feed "osv" "a" {
  source = "ftp://feeds.example/all.zip"
}

feed "osv" "b" {
  source = "https://"
}

feed "osv" "c" {
  source = ["all.zip"]
}

feed "osv" "d" {
  source = ""
}

feed "osv" "e" {
  source = var.tokens
}

feed "osv" "fine" {
  source = "https://feeds.example/all.zip?token=${var.token}"
}

feed "osv" "wrong" {
  source = "gopher://feeds.example/${var.token}"
}
