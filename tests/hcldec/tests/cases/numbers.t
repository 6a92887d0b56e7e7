# Numbers are decimal, and keep every digit.

result = [1000, 3.14159265358979323846264338327950288419716939937510582097494459, -0.5, 123456789012345678901234567890, 0.3]
result_type = tuple([number, number, number, number, number])
