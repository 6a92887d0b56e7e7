# A value that does not fit its type is told at the value.

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
      column = 5
      byte   = 12
    }
    to {
      line   = 2
      column = 13
      byte   = 20
    }
  }
  error {
    from {
      line   = 3
      column = 11
      byte   = 31
    }
    to {
      line   = 3
      column = 14
      byte   = 34
    }
  }
}
