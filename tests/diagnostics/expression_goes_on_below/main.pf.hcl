# Where ends of lines count, what stands behind an expression stands on its line.
locals {
  list = [[1], [2]]
  index = [1]
[0]
  dot = [1]
.0
  full_splat = [1] # a comment
[*]
  attribute_splat = [1]

.*
  of_call = tolist([1])
[0]
  of_for = [for x in [1] : x]
[0]
  in_object = ({
    a = [1]
[0]
  })
}

# Everywhere else it may stand below.
locals {
  in_parentheses = ([1]
  [0])
  in_brackets = [[1]
  [0]]
  in_call = tostring([1]
  [0])
  in_index = [1][[0]
  [0]]
  in_template = "${[1]
  [0]}"
  within_the_step = [1][
    0
  ]
  behind_a_comment = [1] /* that
  ends below */ [0]
  in_for = { for x in [[1]]
    [0] : x => x
  }
}
