locals {
  where = release.api.path
}
component "release" "api" {
  path = local.where
  patch_level = "1"
}
