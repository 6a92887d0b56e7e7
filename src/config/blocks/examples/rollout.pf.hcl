rollout "tenth" {
  canary       = 1
  waves        = ["10%", "25%"]
  max_parallel = "10%"
  max_failures = 2
  max_per_zone = 2
  max_zones    = 1
  soak         = "10m"
  group        = false
  on_failure   = "rollback_wave"
}

component "command" "node" {
  count       = 40
  patch_level = "7"
  rollout     = rollout.tenth
  zone        = "rack-${count.index % 4}"
  read        = ["cat", "node-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > node-${count.index}.level"]
  snapshot    = ["sh", "-c", "cp node-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT node-${count.index}.level"]
}
