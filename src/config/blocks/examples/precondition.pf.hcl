variable "replicas" {
  default = 2
}

component "command" "shop" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]

  lifecycle {
    precondition {
      condition     = var.replicas >= 2
      error_message = "One of ${var.replicas} replicas must go on while the other is patched."
    }
  }
}
