resource "terraform_data" "api" {
  input            = "srv/api"
  triggers_replce = "2.1.0"
}
