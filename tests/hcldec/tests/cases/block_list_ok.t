# Lists and sets of blocks, and those of none.

result = {
  "few" = [{
    "a" = 1
    "b" = null
  }, {
    "a" = 2
    "b" = "x"
  }]
  "none" = []
  "nos" = []
  "s" = [1, 2]
}
result_type = object({ few = list(object({ a = number, b = string })), none = list(object({ a = number })), nos = set(object({ a = number })), s = set(number) })
