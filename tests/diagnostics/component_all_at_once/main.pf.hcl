component "command" "x" {
  patch_level = "1"
  read        = "a"
  patch       = ["true"]
  snapshot { keep = 0 }
  lifecycle { allow_irreversible = "yes" }
  check "exec" "well" {
    command = ["test", self.read]
    timeout = "soon"
  }
}
