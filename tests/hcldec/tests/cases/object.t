result_type = object({
  given   = list(string)
  missing = map(number)
  renamed = object({ a = number })
})
result = {
  given   = ["1", "true"]
  missing = null
  renamed = { a = 1 }
}
