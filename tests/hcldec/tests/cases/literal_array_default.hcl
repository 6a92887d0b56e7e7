two = "2"
size = "3"