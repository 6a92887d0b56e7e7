variable "level" {
  type = string
}

component "release" "open" {
  patch_level = var.level
  path        = "/srv"

  check "exec" "well" {
    command = ["grep", "-q", self.patch_level, self.path]
  }
}

component "release" "wrong" {
  patch_level = "1"
  path        = "/srv"
  artifacts   = "none"

  check "exec" "well" {
    command = ["grep", "-q", self.patch_level, self.artifacts.x]
  }
}
