# Functions of a specification.

result = {
  "a" = 5
  "b" = "ABC"
  "c" = 2
  "d" = {
    "first" = 1
    "rest" = ["x", true]
  }
}
result_type = object({ a = number, b = string, c = number, d = object({ first = number, rest = tuple([string, bool]) }) })
