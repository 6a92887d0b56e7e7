component "release" "api" {
  path = ["a"]
  port = "http"
  tags = { a = 1 }
  patch_level = "1"
}
