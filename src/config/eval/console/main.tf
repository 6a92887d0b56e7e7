# What the expressions of console.tsv may refer to; read by terraform and by the tests.
locals {
  greeting = "Hello, $${name}!"
  rows     = "%%{ for n in names ~}\n$${n};\n%%{ endfor ~}\n"
  bare     = "$${n}"
  unclosed = "$${"
  nested   = "$${templatestring(inner, {})}"
  number   = 5
  texts    = { shout = "$${upper(name)}", several = ["$${a}-$${b}"] }
  nothing  = null
  hosts    = { b = { ip = "10.0.0.2", tags = ["x", "y"] }, a = { ip = "10.0.0.1", tags = [] } }
  list     = [{ a = 1 }, { a = 2 }, { a = 3 }]
  # Empty, each of a type.
  ls  = slice(tolist([""]), 0, 0)
  ln  = slice(tolist([0]), 0, 0)
  ss  = setsubtract([""], [""])
  ms  = false ? tomap({ a = "" }) : {}
  mn  = false ? tomap({ a = 0 }) : {}
  ll  = slice(tolist([tolist([""])]), 0, 0)
  lls = tolist([slice(tolist([""]), 0, 0)])
  lo  = slice(tolist([{ a = "" }]), 0, 0)
  o   = { l = slice(tolist([""]), 0, 0), m = false ? tomap({ a = 0 }) : {} }
  mo  = tomap({ x = { a = false ? "" : null, t = slice(tolist([""]), 0, 0), u = false ? tomap({ a = "" }) : null } })
}
