result_type = object({
  item = list(object({ n = number }))
  none = list(object({ n = number }))
})
result = {
  item = [{ n = 2 }, { n = 1 }]
  none = []
}
