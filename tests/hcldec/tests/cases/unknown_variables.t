# Steps of a reference that lead nowhere are told with their dot or their brackets.

diagnostics {
  error {
    from {
      line   = 1
      column = 8
      byte   = 7
    }
    to {
      line   = 1
      column = 12
      byte   = 11
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
  error {
    from {
      line   = 4
      column = 10
      byte   = 54
    }
    to {
      line   = 4
      column = 12
      byte   = 56
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
    ref = baz[0].x
    from {
      line   = 2
      column = 10
      byte   = 21
    }
    to {
      line   = 2
      column = 18
      byte   = 29
    }
  }
  expect {
    ref = foo["a"]
    from {
      line   = 3
      column = 5
      byte   = 36
    }
    to {
      line   = 3
      column = 13
      byte   = 44
    }
  }
  expect {
    ref = foo.a.b
    from {
      line   = 4
      column = 5
      byte   = 49
    }
    to {
      line   = 4
      column = 12
      byte   = 56
    }
  }
}
