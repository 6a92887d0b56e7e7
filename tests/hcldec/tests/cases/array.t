result      = [1, null, "X"]
result_type = tuple([number, string, string])
