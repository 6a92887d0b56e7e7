rollout "r" {
  max_parallel = "10%"
}
component "release" "api" {
  for_each = {}
  path = each.value.nothing
  patch_level = "1"
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  count = 0
}
