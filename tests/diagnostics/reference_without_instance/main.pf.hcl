component "release" "db" {
  for_each = toset(["a"])
  path = "/${each.key}"
  patch_level = "1"
}
output "a" { value = release.db.path }
output "b" { value = release.db["b"].path }
