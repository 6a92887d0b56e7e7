diagnostics {
  error {
    from {
      line   = 1
      column = 5
      byte   = 4
    }
    to {
      line   = 1
      column = 10
      byte   = 12
    }
  }
  error {
    from {
      line   = 2
      column = 1
      byte   = 13
    }
    to {
      line   = 2
      column = 2
      byte   = 14
    }
  }
  error {
    from {
      line   = 3
      column = 3
      byte   = 21
    }
    to {
      line   = 3
      column = 10
      byte   = 28
    }
  }
  error {
    from {
      line   = 5
      column = 1
      byte   = 33
    }
    to {
      line   = 5
      column = 2
      byte   = 34
    }
  }
}
