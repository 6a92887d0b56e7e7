a = foo.bar
b = "x ${baz[0].x}"
c = foo["a"]
d = foo.a.b