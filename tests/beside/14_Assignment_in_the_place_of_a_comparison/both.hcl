variable "stage" {
  default = "prod"
}

output "replicas" {
  value = var.stage = "prod" ? 3 : 1
}
