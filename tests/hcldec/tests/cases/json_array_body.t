# JSON: a body may be an array of objects.

result = {
  "b" = [1, 2]
  "s" = 1
}
result_type = object({ b = list(number), s = number })
