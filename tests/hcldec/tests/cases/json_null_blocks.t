# JSON: null stands for no blocks.

result = {
  "b" = null
  "l" = []
}
result_type = object({ b = any, l = list(string) })
