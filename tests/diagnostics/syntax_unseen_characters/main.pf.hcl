locals {
  a = 1
  b = 1​
  c = " ​"
  1b = 2
  d = ﻿1
}

1output "x" {
  value = 1
}

output "1x" {
  value = 1
}
