resource "terraform_data" "web" {
  depends_on = [terraform_data.api]
}

resource "terraform_data" "api" {
  depends_on = [terraform_data.db]
}

resource "terraform_data" "db" {
  depends_on = [terraform_data.web]
}
