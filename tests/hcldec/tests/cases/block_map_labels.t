# A label that is missing is told at the brace, one too many at itself.

diagnostics {
  error {
    from {
      line   = 1
      column = 7
      byte   = 6
    }
    to {
      line   = 1
      column = 8
      byte   = 7
    }
  }
  error {
    from {
      line   = 4
      column = 3
      byte   = 20
    }
    to {
      line   = 4
      column = 4
      byte   = 21
    }
  }
  error {
    from {
      line   = 6
      column = 11
      byte   = 34
    }
    to {
      line   = 6
      column = 14
      byte   = 37
    }
  }
}
