variable "name" {
  default   = "hunter2"
  sensitive = true
}
component "release" "a" {
  path        = "/srv/a"
  patch_level = "1"

  dynamic "check" {
    for_each = [1]
    labels   = ["http", var.name]
    content {
      url = "http://localhost/"
    }
  }
}
output "workspace" {
  value = terraform.workspace
}
