component "release" "api" {
  patch_level = "1"
  path        = "/srv"
  class       = "operating-system"
  exposure    = "Public"
  rollout     = rollout.a
}

component "release" "other" {
  patch_level = "1"
  path        = "/srv"
  class       = "toaster"
  rollout     = rollout.b
}

rollout "a" {
  on_failure = "rollback_runs"
}

rollout "b" {
  on_failure = "pray"
}
