rollout "tenth" {
  max_parallel = "10%"
  on_failure   = "halt"
}

component "command" "node" {
  count       = 40
  patch_level = "7"
  rollout     = rollout.tenth
  read        = ["cat", "node-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > node-${count.index}.level"]
}
