component "release" "db" {
  count = 2
  path = "/db/${count.index}"
  patch_level = "1"
}
locals {
  paths = release.db[*].path
}
component "release" "one" {
  for_each = toset(["0", "1"])
  path = release.db[tonumber(each.key)].path
  patch_level = "2"
}
component "release" "all" {
  path = local.paths[0]
  patch_level = "3"
}
component "release" "named" {
  path = "/d"
  patch_level = release.db[1].patch_level
  depends_on = [release.one["1"]]
}
component "release" "with_self" {
  for_each = {a = 1}
  path = "/x"
  patch_level = "1"
  check "exec" "c" {
    command = ["test", self.path, each.key]
  }
}
