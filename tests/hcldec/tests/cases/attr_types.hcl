s = 5
n = "12.5"
b = "true"
l = ["1", 2]
st = ["b", "a", "b"]
m = { x = "false" }
o = { a = 1, b = "2", c = 3 }
t = [1, "2"]
a = { q = [1, "x", null] }
z = [for x in [1, 2] : x * 2]