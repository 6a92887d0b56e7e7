patchform {
  backend "s3" {
    bucket = "state"
  }
}

component "release" "a" {
  path    = "/srv"
  version = "1"
  provisioner "local-exec" {
    command = "date"
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [path]
  }
}

component release.b {
  path = "/srv"
}

output "a" {
  value      = release.a.path
  depends_on = [release.a]
}

locals {
  a = upper(<<EOT
text
EOT)
}

output "b" {
  valeu = 1
}

component "release" "c" {
  path        = "/srv"
  patch_level = 1.10.2
  precondition {
    condition     = true
    error_message = "x"
  }
  postcondition {
    condition     = true
    error_message = "x"
  }
  lifecycle {
    replace_triggered_by = [release.a]
    postcondition {
      condition     = true
      error_message = "x"
    }
  }
}

component "release" "d" {
  path        = "/srv"
  patch_level = null
}
