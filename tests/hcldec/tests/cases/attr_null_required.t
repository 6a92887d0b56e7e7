# Null is a value: it is given.

result = null
result_type = number
