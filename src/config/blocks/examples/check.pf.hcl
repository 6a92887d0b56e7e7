component "command" "shop" {
  patch_level = "7"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]

  check "exec" "level" {
    command       = ["cat", "level"]
    expect_output = self.patch_level
    timeout       = "10s"
    interval      = "2s"
    within        = "1m"
  }

  check "tcp" "listens" {
    host     = "localhost"
    port     = 8080
    timeout  = "10s"
    interval = "2s"
    within   = "1m"
  }

  check "http" "answers" {
    url           = "http://127.0.0.1:8080/version"
    expect_status = 204
    expect_body   = self.patch_level
    timeout       = "10s"
    interval      = "500ms"
    within        = "1m30s"
  }
}
