result_type = tuple([string, tuple([number])])
result      = ["b", [1]]
