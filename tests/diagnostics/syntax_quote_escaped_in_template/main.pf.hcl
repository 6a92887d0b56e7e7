# As it is written in a shell, or in JSON: within a template a text has quotes of its own.
locals {
  joined = "${join(\",\", ["a"])}"
  listed = ["x", "a ${upper(\"b\")} c", "y"]
  right  = "\"${upper("a")}\" and \\ ${"a\"b"}"
  later  = nothing
}

component "release" "api" {
  patch_level = "1"
  path        = "/srv/${lookup(local.names, \"api\")}"
  port        = "x"
}
