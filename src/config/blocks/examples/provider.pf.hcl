provider "command" {
  alias = "night"
}

component "command" "clock" {
  provider    = command.night
  patch_level = "1"
  read        = ["cat", "clock"]
  patch       = ["cp", "new-clock", "clock"]
  snapshot    = ["sh", "-c", "cp clock $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT clock"]
}
