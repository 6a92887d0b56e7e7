provider "command" {
  alias = "night"
}

component "command" "clock" {
  provider    = command.night
  patch_level = "1"
  read        = ["cat", "clock"]
  patch       = ["cp", "new-clock", "clock"]
}
