-- no comment
[1]

variable "a" = {
  default = 1
}
variable "b" [
  default = 1
]
variable "${c}" {}

locals = {
  x = 1
}

locals {
  a = 7 mod 2
  b = 2 ** 3
  c = 1 <> 2
  d = local.a ?? 1
  e = local.a?.b
  f = "a" in ["a"]
  g = if true then 1 else 2
  h = [x for x in [1]]
  i = [for x in [1] : x where x > 1]
  j = upper "x"
  k = "x".upper()
  l = "x" "y"
  m = """x"""
  n = 0x10
  o = 1_000
  p = 10GB
  q = 1.
  r = .5
  s = local.b.
  t = local..b
  u = !
  v = true ? 1 :
  w = + 1
  "x" = 1
  y z = 1
  aa += 1
  ab => 1
  = 1
  ac = local.a
    && local.b
  ad = [1; 2]
  ae = { x = 1; y = 2 }
  af = "a" ~= "b"
  ag = { x -> 1 }
}

output "a" { value = 1 description = "x" }
output "b" {
  value = 1 }

locals {
  ba
  bb = $local.c
  bc = "x${1 2}"
  bd = max([1, 2]..., 3)
}

locals {
  b1 = local.b1.
  b2 = local.b1 "x"
}

locals {
  h1 = local.h if true
  h2 = 2 => 1
}
