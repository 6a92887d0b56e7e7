# Values of one list come to one type.

result = ["1", "s"]
result_type = list(string)
