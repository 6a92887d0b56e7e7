# JSON: with variables, strings and names of properties are templates.

result = {
  "o" = {
    "Ann" = [1, "Ann"]
    "b" = "yes"
  }
  "s" = "Hello Ann"
}
result_type = object({ o = object({ Ann = tuple([number, string]), b = string }), s = string })
