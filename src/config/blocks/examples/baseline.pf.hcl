baseline "api" {
  patch_level = "~> 1.4"
}

component "release" "api" {
  for_each    = toset(["blue", "green"])
  patch_level = baseline.api
  path        = "srv/${each.key}"
  artifact    = "releases/api-{level}.tar.gz"
  sha256_file = "releases/api-{level}.sha256"
}
