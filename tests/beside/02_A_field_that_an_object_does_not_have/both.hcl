variable "node" {
  default = { address = "10.0.0.1", port = 8080 }
}

output "url" {
  value = "http://${var.node.adress}:${var.node.port}/healthz"
}
