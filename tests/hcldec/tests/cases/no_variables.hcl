a = foo.bar
b = "x ${baz[0]}"