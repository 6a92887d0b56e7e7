module "db" {
  source = "./m"
  token  = hunter2
  other  = hunter3.x
  kept   = release.api.path
  open   = shown
}
component "release" "api" {
  path        = "/srv"
  patch_level = "1"
  token       = hunter4
}
