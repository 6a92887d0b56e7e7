output "url" {
  value = "http://${"
}

output "lost {
  value = 1
}
