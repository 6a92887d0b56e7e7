locals {
  half  = "a \ud800"
  high  = "a \UFFFFFFFF"
  no    = "a \q b"
  short = "a \u12 b"
}
component "release" "x" { connection "local" { } }
