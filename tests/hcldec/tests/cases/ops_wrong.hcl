a = 1 + "x"
b = true && 5
c = !"q"
d = [1, 2][5]
e = {a = 1}.b
f = 1 ? 2 : 3
g = [for x in 5 : x]