# Values are converted to the types of their attributes; what is not given is null.

result = {
  "a" = {
    "q" = [1, "x", null]
  }
  "b" = true
  "l" = [1, 2]
  "m" = {
    "x" = false
  }
  "missing" = null
  "n" = 12.5
  "o" = {
    "a" = "1"
    "b" = 2
  }
  "s" = "5"
  "st" = ["a", "b"]
  "t" = ["1", 2]
  "z" = [2, 4]
}
result_type = object({ a = object({ q = tuple([number, string, any]) }), b = bool, l = list(number), m = map(bool), missing = string, n = number, o = object({ a = string, b = number }), s = string, st = set(string), t = tuple([string, number]), z = tuple([number, number]) })
