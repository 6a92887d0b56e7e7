locals {
  a = [1, 2
  b = 3 4
  c = nope.x
  d = upper(max(1,
    2
  e = "abc
  f = var.none
}
component "release" "x" {
  path        = trimspace("/srv"
  patch_level = "1"
  prt         = 1
}
# A block without its `}` does not end the file.
component "release" "y" {
  check "http" "z" {
    url = "http://x"
    expected = 1

  path        = nope.y
  patch_level = "1"

locals {
  g = release.y.path
  h = missing.x
}
variable "v" {
  default = [for x in [1, 2] : {
    a = x
  }
  tyep = string
}
