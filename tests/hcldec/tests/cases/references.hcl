one = a.b[0]
two = a[k]
