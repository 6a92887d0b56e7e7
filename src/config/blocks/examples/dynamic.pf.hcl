component "command" "shop" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]

  dynamic "check" {
    for_each = { admin = 9000, web = 8080 }
    iterator = port
    labels   = ["tcp", port.key]
    content {
      port = port.value
    }
  }
}
