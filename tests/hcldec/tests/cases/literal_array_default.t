# Arrays, literals, defaults and transformations.

result = ["hello X", {
  "a" = [1, 2.5, true, null]
}, "2", "2", 3145728]
result_type = tuple([string, object({ a = tuple([number, number, bool, any]) }), string, string, number])
