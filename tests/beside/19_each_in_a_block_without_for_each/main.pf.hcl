component "release" "api" {
  path        = "srv/${each.key}"
  artifact    = "releases/{level}.tar.gz"
  patch_level = "2.1.0"
}
