component "command" "web" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
}

moved {
  from = command.shop
  to   = command.web
}

removed {
  from = command.legacy
}
