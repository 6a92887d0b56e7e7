result = 2048
