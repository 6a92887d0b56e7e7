component "release" "host" {
  for_each    = { for i in range(1000) : "k${i}" => i }
  path        = "/srv"
  patch_level = "1"
}
