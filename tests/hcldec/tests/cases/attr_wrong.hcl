n = "x"
l = [1, "y"]
renamed = [1]