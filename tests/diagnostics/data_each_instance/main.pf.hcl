data "json" "x" {
  for_each = toset(["a.json", "b.json", "main.pf.hcl"])
  path     = each.key
}
output "a" {
  value = data.json.x["a.json"].value
}
