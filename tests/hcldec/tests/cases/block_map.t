result_type = map(map(number))
result      = { a = { x = 1, y = 2 }, b = { x = 3 } }
