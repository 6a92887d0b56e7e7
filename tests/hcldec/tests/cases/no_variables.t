# Where no variables are declared, there are none.

diagnostics {
  error {
    from {
      line   = 1
      column = 5
      byte   = 4
    }
    to {
      line   = 1
      column = 8
      byte   = 7
    }
  }
  error {
    from {
      line   = 2
      column = 10
      byte   = 21
    }
    to {
      line   = 2
      column = 13
      byte   = 24
    }
  }
}

traversals {
  expect {
    ref = foo.bar
    from {
      line   = 1
      column = 5
      byte   = 4
    }
    to {
      line   = 1
      column = 12
      byte   = 11
    }
  }
  expect {
    ref = baz[0]
    from {
      line   = 2
      column = 10
      byte   = 21
    }
    to {
      line   = 2
      column = 16
      byte   = 27
    }
  }
}
