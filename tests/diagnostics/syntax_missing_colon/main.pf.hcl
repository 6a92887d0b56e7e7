locals {
  a = [true ? 2 3]
  b = { a b = 1 }
  c = upper(a b)
  d = { a "x" }
  e = { a 1 }
  f = upper("a" "b")
  g = [1 2 3]
  h = true ? 1 2
  i = (true ? 1 2)
  j = { a = true ? 1 2 }
  k = upper(true ? 1 2)
  l = [true 2]
  m = { a = 1 b = 2 }
  n = { a = 1, b c = 2 }
  o = { my key = 1 }
  p = { "a" "b" = 1 }
  q = [for x in [1] x]
  r = [for x [1] : x]
  s = {for k v in {} : k => v}
  t = {for k, v in {} : k v}
  u = {for k, v in {} k => v}
  v = [for in [1] : x]
  w = [for x in [1]]
  x = true ? 1
  y = true ? : 2
  z = [1, , 2]
  aa = upper(,)
  ab = upper(1,,2)
  ac = { a = 1,, b = 2 }
  ad = [, 1]
  ae = true ?: 2
  af = "${true ? 1 2}"
  ag = "${a b}"
  ah = (a b)
  ai = local.a[1 2]
}
