given = [1, true]
other = { a = 1 }
