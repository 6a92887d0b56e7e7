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
  snapshot    = ["sh", "-c", "cp node-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT node-${count.index}.level"]
}
