resource "terraform_data" "api" {
  input = "srv/${each.key}"
}
