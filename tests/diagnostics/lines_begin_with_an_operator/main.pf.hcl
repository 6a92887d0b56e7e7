locals {
  a = 1
    + 2
  b = 1
    == 2
  c = 1
    - 2
  d = { c = 1 }
    .c
  e = 1
    && 2
  f = 1
    < 2
}
