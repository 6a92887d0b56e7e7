data "json" "own" { path = "${path.module}/own.json" }
output "zone" { value = data.json.own.value.zone }
