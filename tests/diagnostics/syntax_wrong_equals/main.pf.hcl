locals {
  a = [for x in [1] : x if x = 1]
  b = local.c = 2
  c = 1 = 2 = 3
  d = local.c == 
  e = true ? 1 = 2 : 3
  f = "${local.c = 1}"
  g = upper(local.c = 1)
  h = [1 = 2]
  i = (1 = 2)
  j == 2
  k = = 2
  l = == 2
  m = [local.c = 1, 2]
  n = { a = b = c }
  o = { a == 1 }
  p = upper(x = 1)
  q += 1
  r := 1
  s => 1
  t = local.c === 1
  u = local.c != = 1
  v = local.c ! = 1
  w = local.c > = 1
  x = local.c =! 1
  y = local.c => 1
  z = local.c =< 1
}
