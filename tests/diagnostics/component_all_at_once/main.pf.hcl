component "release" "x" {
  path        = ["srv", "x"]
  patch_level = "1.0.0"
  snapshot {
    keep = 0
  }
  lifecycle {
    allow_irreversible = "yes"
  }
  check "exec" "well" {
    command = ["test", "-e", self.path]
    timeout = "soon"
  }
}
