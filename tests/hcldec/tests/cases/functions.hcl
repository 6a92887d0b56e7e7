a = add_one(4)
b = upper("abc")
c = min(3, 2, 5)
d = both(1, "x", true)