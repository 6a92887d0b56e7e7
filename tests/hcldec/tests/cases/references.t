result_type = object({ one = string, two = tuple([string]) })
result      = { one = "x", two = ["x"] }

traversals {
  expect {
    ref = a.b[0]
    from {
      line   = 1
      column = 7
      byte   = 6
    }
    to {
      line   = 1
      column = 13
      byte   = 12
    }
  }
  expect {
    ref = a
    from {
      line   = 2
      column = 7
      byte   = 19
    }
    to {
      line   = 2
      column = 8
      byte   = 20
    }
  }
  expect {
    ref = k
    from {
      line   = 2
      column = 9
      byte   = 21
    }
    to {
      line   = 2
      column = 10
      byte   = 22
    }
  }
}
