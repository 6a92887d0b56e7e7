# JSON: references in strings.

diagnostics {
  error {
    from {
      line   = 1
      column = 19
      byte   = 18
    }
    to {
      line   = 1
      column = 20
      byte   = 19
    }
  }
  error {
    from {
      line   = 2
      column = 26
      byte   = 51
    }
    to {
      line   = 2
      column = 27
      byte   = 52
    }
  }
}

traversals {
  expect {
    ref = a.b
    from {
      line   = 1
      column = 12
      byte   = 11
    }
    to {
      line   = 1
      column = 15
      byte   = 14
    }
  }
  expect {
    ref = c[0]
    from {
      line   = 1
      column = 19
      byte   = 18
    }
    to {
      line   = 1
      column = 23
      byte   = 22
    }
  }
  expect {
    ref = a
    from {
      line   = 2
      column = 17
      byte   = 42
    }
    to {
      line   = 2
      column = 18
      byte   = 43
    }
  }
  expect {
    ref = d
    from {
      line   = 2
      column = 26
      byte   = 51
    }
    to {
      line   = 2
      column = 27
      byte   = 52
    }
  }
}
