locals {
  half = { x = {
    y = 1
=======
    y = 2
>>>>>>> other
  } }
}

component "release" "api" {
  patch_level = "1"
  path        = "/srv/api"
  artifacts = {
<<<<<<< HEAD
    "1" = "a.tar.gz"
=======
    "1" = "b.tar.gz"
>>>>>>> other
  }
}
