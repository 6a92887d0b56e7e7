one = "1"
