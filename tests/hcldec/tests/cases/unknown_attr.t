# What is not expected is told at its name.

diagnostics {
  error {
    from {
      line   = 1
      column = 1
      byte   = 0
    }
    to {
      line   = 1
      column = 4
      byte   = 3
    }
  }
  error {
    from {
      line   = 2
      column = 1
      byte   = 10
    }
    to {
      line   = 2
      column = 6
      byte   = 15
    }
  }
  error {
    from {
      line   = 3
      column = 1
      byte   = 20
    }
    to {
      line   = 3
      column = 5
      byte   = 24
    }
  }
  error {
    from {
      line   = 5
      column = 7
      byte   = 35
    }
    to {
      line   = 5
      column = 14
      byte   = 42
    }
  }
  error {
    from {
      line   = 7
      column = 1
      byte   = 47
    }
    to {
      line   = 7
      column = 6
      byte   = 52
    }
  }
  error {
    from {
      line   = 8
      column = 1
      byte   = 57
    }
    to {
      line   = 8
      column = 5
      byte   = 61
    }
  }
}
