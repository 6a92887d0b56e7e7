# JSON: attributes, blocks, lists of blocks and maps of them. Without variables, strings are no templates.

result = {
  "b" = {
    "a" = 1
  }
  "bl" = [{
    "a" = 1
  }, {
    "a" = 2
  }]
  "l" = [1, "a", null, {
    "x" = true
  }]
  "m" = {
    "one" = {
      "a" = "1"
    }
    "two" = {
      "a" = "2"
    }
  }
  "n" = 12
  "s" = "text $${not.evaluated}"
}
result_type = object({ b = object({ a = number }), bl = list(object({ a = number })), l = tuple([number, string, any, object({ x = bool })]), m = map(object({ a = string })), n = number, s = string })
