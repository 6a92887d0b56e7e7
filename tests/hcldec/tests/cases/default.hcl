second = "two"
