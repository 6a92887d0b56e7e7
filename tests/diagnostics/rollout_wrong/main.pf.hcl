rollout "a" {
  max_parallel = 0
  on_failure = "rollback_al"
  canary = 1
}
rollout "b" {
  max_parallel = "200%"
}
component "release" "api" {
  path = "/srv/api"
  patch_level = "1.0.0"
  rollout = rollout.c
}
component "release" "b" {
  path = "/srv/api"
  patch_level = "1.0.0"
  rollout = "a"
}
