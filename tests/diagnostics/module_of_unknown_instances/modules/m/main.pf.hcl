output "url" { value = "u" }
