component "release" "api" {
  for_each    = ["eu", "us"]
  path        = "srv/${each.key}"
  artifact    = "releases/{level}.tar.gz"
  patch_level = "2.1.0"
}
