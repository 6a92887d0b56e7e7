result = "two"
