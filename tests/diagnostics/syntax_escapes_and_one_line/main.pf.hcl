locals {
  half = "a \ud800"
  high = "a \UFFFFFFFF"
}
component "release" "x" { connection "local" { } }
