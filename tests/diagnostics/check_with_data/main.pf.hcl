check "c" {
  data "json" "x" {
    path = "x.json"
  }
  assert {
    condition     = data.json.x.value == 1
    error_message = "x"
  }
}
output "other" {
  value = data.json.y.value
}
