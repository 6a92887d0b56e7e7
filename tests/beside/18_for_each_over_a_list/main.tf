resource "terraform_data" "api" {
  for_each = ["eu", "us"]
  input    = "srv/${each.key}"
}
