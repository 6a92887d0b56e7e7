component "command" "web" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]
}

moved {
  from = command.shop
  to   = command.web
}

removed {
  from = command.legacy
}
