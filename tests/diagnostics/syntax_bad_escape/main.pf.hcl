locals {
  a = "C:\dir"
}
