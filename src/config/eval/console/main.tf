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
}
