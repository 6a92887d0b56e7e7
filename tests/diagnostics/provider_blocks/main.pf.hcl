provider "apt" {
  miror = "x"
}
provider "nope" {}
provider "release" {}
provider "release" {}
provider "release" {
  alias = "a b"
}
