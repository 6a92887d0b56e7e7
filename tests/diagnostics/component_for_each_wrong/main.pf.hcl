component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = ["a", "b"]
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = null
}
component "release" "c" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = "a"
}
component "release" "d" {
  path = "/srv/api"
  patch_level = "1.0.0"
  for_each = toset([1])
}
