# The functions that a specification may use.

result = {
  "t" = ["HÄßLICH", "hcilßäh", 7, "äß", "abc", 3, -2, 5, 2, 2, true, [1, 2], 3, "{\"a\":[1,\"\\u003c\"]}", {
    "a" = 1.5
  }]
}
result_type = object({ t = tuple([string, string, number, string, string, number, number, number, number, number, bool, tuple([number, number]), number, string, object({ a = number })]) })
