locals {
  half  = "a \ud800"
  high  = "a \UFFFFFFFF"
  no    = "a \q b"
  short = "a \u12 b"
  both  = ["\q ö \ö", "\u12 \\ \n \Uabc"]
}
component "release" "x" { connection "local" { } }
