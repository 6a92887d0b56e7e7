# A name that cannot be one, an argument that stands twice and a broken list hide nothing of the other blocks.
component "release" "b c" {
  path        = "/srv/bc"
  patch_level = "1"
}

component "release" "twice" {
  path        = "/srv/twice"
  path        = "/srv/again"
  patch_level = "1"
}

component "release" "broken" {
  path        = "/srv/broken"
  patch_level = [1 2]
}

component "release" "other" {
  path        = var.root
  patch_level = local.level
  depends_on  = [release.db]
  rollout     = rollout.careful
}
