# Variables of a specification.

result = {
  "greeting" = "Hello, Stephen!"
  "p" = 81
}
result_type = object({ greeting = string, p = number })

traversals {
  expect {
    ref = name
    from {
      line   = 1
      column = 22
      byte   = 21
    }
    to {
      line   = 1
      column = 26
      byte   = 25
    }
  }
  expect {
    ref = port
    from {
      line   = 2
      column = 5
      byte   = 33
    }
    to {
      line   = 2
      column = 9
      byte   = 37
    }
  }
}
